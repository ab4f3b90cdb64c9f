/// `[CLS] A [SEP]`, and `[CLS] A [SEP] B [SEP]` with type 1 from B on.
struct BertProcessing: PostProcessor {
    let single: Layout
    let pair: Layout

    init(classification: Int32, separator: Int32) {
        single = Layout(parts: [
            .special(id: classification, typeID: 0), .first(typeID: 0), .special(id: separator, typeID: 0),
        ])
        pair = Layout(parts: single.parts + [.second(typeID: 1), .special(id: separator, typeID: 1)])
    }

    init(_ node: JSONNode, _ tokens: TokenTable) throws(TokenizerError) {
        try node.allowKeys(["type", "sep", "cls"])
        self.init(
            classification: try Self.token(try node.member("cls"), tokens),
            separator: try Self.token(try node.member("sep"), tokens))
    }

    /// A token written as `["[CLS]", 101]`.
    private static func token(_ node: JSONNode, _ tokens: TokenTable) throws(TokenizerError) -> Int32 {
        let elements = try node.elements()
        guard elements.count == 2 else { throw node.error("expected a token and its id, as [\"[SEP]\", 102]") }
        let id = try elements[1].tokenID()
        try tokens.check(try elements[0].string(), hasID: id, at: elements[0])
        return id
    }
}
