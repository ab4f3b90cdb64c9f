/// What libyaml's parser reports, copied out of its memory.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias(String)
        case scalar(text: [UInt8], style: YAMLScalar.Style)
        case sequenceStart(isFlow: Bool)
        case sequenceEnd
        case mappingStart(isFlow: Bool)
        case mappingEnd
    }

    var kind: Kind

    /// Where the event stands in the text, in Unicode scalars. An anchor and a tag are part of it.
    var scalars: Range<Int>

    var anchor: String?
    var tag: String?
}

/// Where libyaml's parser stopped, in its own words.
struct YAMLSyntaxError: Error {
    var problem: String

    /// The place of the problem in the text, in Unicode scalars.
    var position: Int

    /// What the parser was reading: "while parsing a block mapping".
    var context: String?

    /// Where that began, in Unicode scalars.
    var contextPosition: Int
}
