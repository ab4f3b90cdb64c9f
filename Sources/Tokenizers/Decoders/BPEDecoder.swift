/// Turns the mark at the end of a word, as `</w>`, into a space; behind the last token it goes.
struct BPEDecoder: TokenDecoder {
    private let suffix: [UInt8]

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "suffix"])
        let suffix = try node.member("suffix")
        guard try !suffix.string().isEmpty else { throw suffix.error("a mark has at least one character") }
        self.suffix = Array(try suffix.string().utf8)
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        tokens.enumerated().map { index, token in
            token.replacing(suffix, with: index == tokens.count - 1 ? [] : [ASCII.space])
        }
    }
}
