/// What stands between brackets.
extension OnigurumaPattern {
    /// Reads a bracket and gives an expression that matches one character.
    mutating func characterClass(depth: Int = 0) throws(Failure) -> String {
        guard depth < 10 else { throw failure("brackets stand in each other more than 10 deep") }
        position += 1
        let isNegated = next == "^"
        if isNegated { position += 1 }
        /// Intersected sets, each with what stands between brackets and with brackets inside it.
        var sets: [(content: String, nested: [String])] = [("", [])]
        while true {
            guard let scalar = next else { throw failure("a bracket is not closed") }
            guard sets[sets.count - 1].content.utf8.count <= Self.maximumOutput else {
                throw failure("the pattern is too large")
            }
            if scalar == "]" {
                guard !sets[sets.count - 1].content.isEmpty || !sets[sets.count - 1].nested.isEmpty else {
                    throw failure("write a bracket that is a character as `\\]`")
                }
                position += 1
                break
            }
            if scalar == "[" {
                guard peek(1) != ":" else { throw failure("`[:…:]` is not known here; use `\\p{…}`") }
                sets[sets.count - 1].nested.append(try characterClass(depth: depth + 1))
            } else if scalar == "&", peek(1) == "&" {
                position += 2
                sets.append(("", []))
            } else if scalar == "\\", let content = try classEscape() {
                sets[sets.count - 1].content += content
            } else {
                sets[sets.count - 1].content += try rangeInBracket()
            }
        }
        return Self.matcher(sets, isNegated: isNegated)
    }

    /// A character, or a range of two.
    private mutating func rangeInBracket() throws(Failure) -> String {
        let first = try characterInBracket()
        guard next == "-", let end = peek(1), end != "]" else { return Self.literal(first) }
        position += 1
        guard next != "[" else { throw failure("expected the end of a range") }
        let last = try characterInBracket()
        guard first.value <= last.value else { throw failure("a range runs backwards") }
        return Self.literal(first) + "-" + Self.literal(last)
    }

    private mutating func characterInBracket() throws(Failure) -> Unicode.Scalar {
        guard let scalar = next else { throw failure("a bracket is not closed") }
        if ignoresCase, !scalar.isASCII { throw failure("other than ASCII is not supported where case is ignored") }
        if scalar == "\\" { return try characterEscape() }
        position += 1
        return scalar
    }

    private static func matcher(_ sets: [(content: String, nested: [String])], isNegated: Bool) -> String {
        if sets.count == 1, sets[0].nested.isEmpty { return (isNegated ? "[^" : "[") + sets[0].content + "]" }
        let matchers = sets.map { set in
            let own = set.content.isEmpty ? [] : ["[\(set.content)]"]
            return "(?:" + (own + set.nested).joined(separator: "|") + ")"
        }
        let last = matchers[matchers.count - 1]
        let all = matchers.dropLast().map { "(?=\($0))" }.joined() + last
        return isNegated ? "(?:(?!\(all))(?s:.))" : "(?:\(all))"
    }
}
