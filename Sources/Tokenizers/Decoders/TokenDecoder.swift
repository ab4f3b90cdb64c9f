/// Turns tokens back into text. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``TokenDecoderKind`` and its line in ``TokenDecoderKind/read(_:depth:)``.
protocol TokenDecoder: Sendable {
    /// The parts of text that the tokens stand for, in UTF-8; end to end they are the text.
    func decode(_ tokens: [[UInt8]]) throws(TokenizerError) -> [[UInt8]]
}

/// The decoders that there are, by their name in tokenizer.json.
enum TokenDecoderKind: String, CaseIterable {
    case bytePairEncoding = "BPEDecoder"
    case byteFallback = "ByteFallback"
    case byteLevel = "ByteLevel"
    case ctc = "CTC"
    case fuse = "Fuse"
    case metaspace = "Metaspace"
    case replace = "Replace"
    case sequence = "Sequence"
    case strip = "Strip"
    case wordPiece = "WordPiece"

    /// - Parameter depth: how many sequences the node stands in.
    static func read(_ node: JSONNode, depth: Int = 0) throws(TokenizerError) -> any TokenDecoder {
        switch try node.member("type").choice(Self.self, called: "decoder") {
        case .bytePairEncoding: try BPEDecoder(node)
        case .byteFallback: try ByteFallbackDecoder(node)
        case .byteLevel: try ByteLevelDecoder(node)
        case .ctc: try CTCDecoder(node)
        case .fuse: try FuseDecoder(node)
        case .metaspace: try MetaspaceDecoder(node)
        case .replace: try ReplaceDecoder(node)
        case .sequence: try DecoderSequence(node, depth: depth)
        case .strip: try StripDecoder(node)
        case .wordPiece: try WordPieceDecoder(node)
        }
    }
}
