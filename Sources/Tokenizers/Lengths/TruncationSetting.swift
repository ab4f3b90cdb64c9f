/// How texts that are too long are cut. The one that a tokenizer.json was saved with is not applied by itself.
package struct TruncationSetting: Sendable, Hashable {
    /// Which of two texts loses tokens.
    package enum Strategy: String, Sendable, CaseIterable {
        /// The longer one first, then both, until each has half.
        case longestFirst = "LongestFirst"
        case onlyFirst = "OnlyFirst"
        case onlySecond = "OnlySecond"
    }

    /// Tokens, special ones included.
    package var maximumLength: Int
    package var strategy: Strategy
    /// The end that loses tokens.
    package var direction: TextDirection

    package init(maximumLength: Int, strategy: Strategy = .longestFirst, direction: TextDirection = .right) {
        self.maximumLength = maximumLength
        self.strategy = strategy
        self.direction = direction
    }
}

/// An end of a text: the right one is its last token's, whatever the script.
package enum TextDirection: String, Sendable, CaseIterable {
    case left = "Left"
    case right = "Right"
}

extension TruncationSetting {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["direction", "max_length", "strategy", "stride"])
        direction = try node.optionalMember("direction")?.choice(TextDirection.self, called: "direction") ?? .right
        strategy = try node.member("strategy").choice(Strategy.self, called: "strategy")
        // What is cut off is not returned, so how far its pieces would overlap tells nothing.
        _ = try node.member("stride").integer(in: 0...Int.max)
        maximumLength = try node.member("max_length").integer(in: 0...Int.max)
    }

    /// How many tokens of each text remain.
    ///
    /// - Parameter specialCount: how many tokens are added to the texts'.
    /// - Throws: ``TokenizerError`` where the text that is to be cut is too short to make the rest fit.
    func counts(_ first: Int, _ second: Int?, specialCount: Int) throws(TokenizerError) -> (Int, Int) {
        let total = maximumLength - specialCount
        guard total >= 0 else {
            throw Self.error(
                "\(maximumLength) tokens leave no room for the \(specialCount) special ones; allow more, or leave them out"
            )
        }
        let excess = first + (second ?? 0) - total
        if excess <= 0 || total == 0 { return total == 0 ? (0, 0) : (first, second ?? 0) }
        switch strategy {
        case .longestFirst:
            guard let second else { return (total, 0) }
            return Self.longestFirst(first, second, total: total)
        case .onlyFirst:
            guard first > excess else { throw Self.tooShort("first", first, excess) }
            return (first - excess, second ?? 0)
        case .onlySecond:
            guard let second else { throw Self.error("there is no second text to cut; cut the first") }
            guard second > excess else { throw Self.tooShort("second", second, excess) }
            return (first, second - excess)
        }
    }

    private static func longestFirst(_ first: Int, _ second: Int, total: Int) -> (Int, Int) {
        let (shorter, longer) = (min(first, second), max(first, second))
        var counts = (shorter, min(longer, max(shorter, total - shorter)))
        if counts.0 + counts.1 > total { counts = (total / 2, total - total / 2) }
        return first > second ? (counts.1, counts.0) : counts
    }

    private static func tooShort(_ name: String, _ count: Int, _ excess: Int) -> TokenizerError {
        error("\(excess) tokens are too many, but the \(name) text, the only one to cut, has \(count); cut both")
    }

    private static func error(_ problem: String) -> TokenizerError {
        TokenizerError(place: "maximum length", problem: problem)
    }
}
