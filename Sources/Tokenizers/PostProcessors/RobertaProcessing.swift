/// `<s> A </s>`, and `<s> A </s> </s> B </s>`; type 0 throughout.
struct RobertaProcessing: PostProcessor {
    let single: Layout
    let pair: Layout
    let offsetTrimmings: [OffsetTrimming]

    init(_ node: JSONNode, _ tokens: TokenTable) throws(TokenizerError) {
        try node.allowKeys(["type", "sep", "cls", "trim_offsets", "add_prefix_space"])
        let classification = try tokens.id(written: try node.member("cls"))
        let separator = Layout.Part.special(id: try tokens.id(written: try node.member("sep")), typeID: 0)
        single = Layout(parts: [.special(id: classification, typeID: 0), .first(typeID: 0), separator])
        pair = Layout(parts: single.parts + [separator, .second(typeID: 0), separator])
        let addsPrefixSpace = try node.member("add_prefix_space").bool()
        let trims = try node.member("trim_offsets").bool()
        offsetTrimmings = trims ? [OffsetTrimming(addsPrefixSpace: addsPrefixSpace)] : []
    }
}
