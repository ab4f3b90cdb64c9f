/// Writes a string in the place of each match of a pattern, token by token.
struct ReplaceDecoder: TokenDecoder {
    private let replace: Replace

    init(_ node: JSONNode) throws(TokenizerError) {
        replace = try Replace(node)
    }

    func decode(_ tokens: [[UInt8]]) throws(TokenizerError) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        parts.reserveCapacity(tokens.count)
        for token in tokens { parts.append(try replace.replacing(in: token)) }
        return parts
    }
}
