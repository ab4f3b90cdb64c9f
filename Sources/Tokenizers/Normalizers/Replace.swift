/// Writes a string in the place of each match of a pattern, as `▁` for a space.
struct Replace: Normalizer {
    private let pattern: TextPattern
    private let content: [UInt8]

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "pattern", "content"])
        pattern = try TextPattern(try node.member("pattern"))
        content = Array(try node.member("content").string().utf8)
    }

    func normalize(_ workspace: inout Workspace) throws(TokenizerError) {
        let text = workspace.text
        workspace.spare.removeAll()
        workspace.spare.reserveCapacity(text.bytes.count + content.count)
        var end = 0
        let limit = workspace.sizeLimit
        try pattern.forEachMatch(in: text.bytes.span) { match in
            if workspace.spare.bytes.count > limit { return }
            workspace.spare.append(text, end..<match.lowerBound)
            // All of it stands for the match's last character; where a match is empty, for the one before it.
            let source = match.upperBound > 0 ? text.source(at: match.upperBound - 1) : workspace.emptySource
            for byte in content { workspace.spare.append(ascii: byte, source: source) }
            end = match.upperBound
        }
        try workspace.checkSize()
        if end == 0, workspace.spare.bytes.isEmpty { return }
        workspace.spare.append(text, end..<text.bytes.count)
        swap(&workspace.text, &workspace.spare)
    }

    /// Bytes beyond which no replacement goes on; much more than any real decoder makes of a token.
    private static let longestToken = 1 << 20

    /// The same for a decoder, which works on tokens.
    func replacing(in token: [UInt8]) throws(TokenizerError) -> [UInt8] {
        var result: [UInt8] = []
        var end = 0
        try pattern.forEachMatch(in: token.span) { match in
            if result.count > Self.longestToken { return }
            result += token[end..<match.lowerBound] + content
            end = match.upperBound
        }
        if result.count > Self.longestToken {
            throw TokenizerError(
                place: "token", problem: "replacements make \(result.count) bytes of \(token.count); take them out")
        }
        return result + token[end...]
    }
}
