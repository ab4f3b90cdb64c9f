/// Joins equal neighbours, takes out the padding between them and writes spaces between words, as models of speech
/// need it (connectionist temporal classification).
struct CTCDecoder: TokenDecoder {
    private let padding: [UInt8]
    private let delimiter: [UInt8]
    private let cleansUp: Bool

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "pad_token", "word_delimiter_token", "cleanup"])
        padding = Array(try node.member("pad_token").string().utf8)
        delimiter = Array(try node.member("word_delimiter_token").string().utf8)
        cleansUp = try node.member("cleanup").bool()
        for key in ["pad_token", "word_delimiter_token"] where try node.member(key).string().isEmpty {
            throw try node.member(key).error("a token has at least one character")
        }
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        for (index, token) in tokens.enumerated() where index == 0 || tokens[index - 1] != token {
            var part = token.replacing(padding, with: [])
            if cleansUp {
                part = WordPieceDecoder.cleanedUp(part).replacing(delimiter, with: [ASCII.space])
            }
            if !part.isEmpty { parts.append(part) }
        }
        return parts
    }
}
