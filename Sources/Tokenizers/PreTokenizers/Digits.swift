/// Cuts around numbers, `½` and `Ⅷ` among them: around each digit, or around each run.
struct Digits: PreTokenizer {
    private let behavior: SplitBehavior

    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["type", "individual_digits"])
        behavior = try node.member("individual_digits").bool() ? .isolated : .contiguous
    }

    func split(_ workspace: inout Workspace) throws(TokenizerError) {
        try workspace.split(behavior) { scalar, scalars in
            if scalar < 0x80 { return (0x30...0x39).contains(scalar) }
            return scalars.facts(of: scalar).flags.contains(.numeric)
        }
    }
}
