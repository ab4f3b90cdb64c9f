/// Cuts at punctuation, which for ASCII includes the symbols, as `$`.
struct Punctuation: PreTokenizer {
    private let behavior: SplitBehavior

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "behavior"])
        behavior = try node.optionalMember("behavior")?.choice(SplitBehavior.self, called: "behavior") ?? .isolated
    }

    func split(_ workspace: inout Workspace) throws(TokenizerError) {
        try workspace.split(behavior) { scalar, scalars in
            if scalar < 0x80 { return ASCII.isPunctuation(UInt8(truncatingIfNeeded: scalar)) }
            return scalars.facts(of: scalar).flags.contains(.punctuation)
        }
    }
}
