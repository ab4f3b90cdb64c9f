import JSONValues

/// The truncation that a tokenizer.json was saved with. It is not applied by itself.
package struct TruncationSetting: Sendable, Hashable {
    /// Tokens, special ones included.
    package let maximumLength: Int
}

/// The padding that a tokenizer.json was saved with. It is not applied by itself.
package struct PaddingSetting: Sendable, Hashable {
    package let tokenID: Int32
    package let typeID: Int32
    package let token: String
}

extension TruncationSetting {
    private enum Strategy: String, CaseIterable {
        case longestFirst = "LongestFirst"
        case onlyFirst = "OnlyFirst"
        case onlySecond = "OnlySecond"
    }

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["direction", "max_length", "strategy", "stride"])
        _ = try node.optionalMember("direction")?.choice(Direction.self, called: "direction")
        _ = try node.member("strategy").choice(Strategy.self, called: "strategy")
        _ = try node.member("stride").integer(in: 0...Int.max)
        maximumLength = try node.member("max_length").integer(in: 0...Int.max)
    }
}

extension PaddingSetting {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys([
            "strategy", "direction", "pad_to_multiple_of", "pad_id", "pad_type_id", "pad_token",
        ])
        let strategy = try node.member("strategy")
        if strategy.value.stringValue != "BatchLongest" {
            guard strategy.value.objectValue != nil else {
                throw strategy.error("expected `BatchLongest` or an object with the key `Fixed`")
            }
            _ = try strategy.member("Fixed").integer(in: 0...Int.max)
        }
        _ = try node.member("direction").choice(Direction.self, called: "direction")
        _ = try node.optionalMember("pad_to_multiple_of")?.integer(in: 0...Int.max)
        tokenID = try node.member("pad_id").tokenID()
        typeID = Int32(try node.member("pad_type_id").integer(in: 0...Int(Int32.max)))
        token = try node.member("pad_token").string()
    }
}

private enum Direction: String, CaseIterable {
    case left = "Left"
    case right = "Right"
}
