/// Cuts at the matches of a pattern, or, inverted, at what lies between them.
struct Split: PreTokenizer {
    private let pattern: TextPattern
    private let behavior: SplitBehavior
    private let isInverted: Bool

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "pattern", "behavior", "invert"])
        pattern = try TextPattern(try node.member("pattern"))
        behavior = try node.member("behavior").choice(SplitBehavior.self, called: "behavior")
        isInverted = try node.member("invert").bool()
    }

    func split(_ workspace: inout Workspace) throws(TokenizerError) {
        try workspace.split(behavior, inverted: isInverted) { bytes, _, body throws(TokenizerError) in
            try pattern.forEachMatch(in: bytes, body)
        }
    }
}
