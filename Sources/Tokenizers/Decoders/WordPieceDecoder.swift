/// Joins tokens by spaces, and those that continue a word without.
struct WordPieceDecoder: TokenDecoder {
    private let prefix: [UInt8]
    private let cleansUp: Bool

    init(prefix: String, cleansUp: Bool) {
        self.prefix = Array(prefix.utf8)
        self.cleansUp = cleansUp
    }

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "prefix", "cleanup"])
        self.init(prefix: try node.member("prefix").string(), cleansUp: try node.member("cleanup").bool())
    }

    func decode(_ tokens: [[UInt8]]) -> [[UInt8]] {
        tokens.enumerated().map { index, token in
            var part = token
            if index > 0 {
                if token.starts(with: prefix) {
                    part.removeFirst(prefix.count)
                } else {
                    part.insert(ASCII.space, at: 0)
                }
            }
            return cleansUp ? Self.cleanedUp(part) : part
        }
    }

    /// The reference's rules, each applied to one token with the space before it.
    private static let rules: [(from: [UInt8], to: [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.utf8), Array($1.utf8)) }

    static func cleanedUp(_ token: [UInt8]) -> [UInt8] {
        var token = token
        for rule in rules where token.count >= rule.from.count {
            token = token.replacing(rule.from, with: rule.to)
        }
        return token
    }
}
