/// Turns tokens back into text. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``TokenDecoderKind`` and its line in ``TokenDecoderKind/read(_:)``.
protocol TokenDecoder: Sendable {
    /// The text that the tokens stand for, in UTF-8 but for what a sequence of tokens leaves incomplete.
    func decode(_ tokens: [[UInt8]]) -> [UInt8]
}

/// The decoders that there are, by their name in tokenizer.json.
enum TokenDecoderKind: String, CaseIterable {
    case wordPiece = "WordPiece"
    case byteLevel = "ByteLevel"

    static func read(_ node: JSONNode) throws(TokenizerError) -> any TokenDecoder {
        switch try node.member("type").choice(Self.self, called: "decoder") {
        case .wordPiece: try WordPieceDecoder(node)
        case .byteLevel: try ByteLevelDecoder(node)
        }
    }
}
