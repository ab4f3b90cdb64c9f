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
            classification: try tokens.id(written: try node.member("cls")),
            separator: try tokens.id(written: try node.member("sep")))
    }
}
