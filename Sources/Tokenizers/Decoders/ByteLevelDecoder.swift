/// Reads tokens as bytes spelled in ``ByteAlphabet``.
struct ByteLevelDecoder: TokenDecoder {
    init(_ node: JSONNode) throws(TokenizerError) {
        // All but the type is for the pre-tokenizer or post-processor of the same name.
        try node.allowKeys(["type", "add_prefix_space", "trim_offsets", "use_regex"])
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        // What is no UTF-8 becomes U+FFFD.
        [Array(String(decoding: tokens.flatMap { Self.bytes(of: $0) ?? $0 }, as: UTF8.self).utf8)]
    }

    /// Nil for a token that is no spelling of bytes, as an added one may be.
    private static func bytes(of token: [UInt8]) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(token.count)
        var index = 0
        while index < token.count {
            let (scalar, length) = UTF8Coding.decode(token.span, at: index)
            guard let byte = ByteAlphabet.byte(of: scalar) else { return nil }
            bytes.append(byte)
            index += length
        }
        return bytes
    }
}
