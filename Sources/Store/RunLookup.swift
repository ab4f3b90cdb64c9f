/// Why a text names no run.
package enum RunLookupFailure: Error, Hashable {
    /// No run of this name, or fewer runs than `last~n` asks for.
    case unknown
    /// Several runs begin like this.
    case ambiguous([String])
}

extension Store {
    /// The run that a text names: its id, the beginning or the end of one if no other has it, `last`, or `last~n` for the
    /// n-th before the last.
    ///
    /// - Throws: ``RunLookupFailure``; ``StoreError`` for a folder that cannot be read.
    package func run(named text: String) throws -> String {
        let runs = try runs()
        if let back = Self.stepsBack(text) {
            guard runs.indices.contains(back) else { throw RunLookupFailure.unknown }
            return runs[back]
        }
        if runs.contains(text) { return text }
        let candidates = runs.filter { $0.hasPrefix(text) || $0.hasSuffix("-" + text) }
        guard let run = candidates.first, !text.isEmpty else { throw RunLookupFailure.unknown }
        guard candidates.count == 1 else { throw RunLookupFailure.ambiguous(candidates) }
        return run
    }

    /// 0 for `last`, n for `last~n`, nil for anything else.
    private static func stepsBack(_ text: String) -> Int? {
        if text == "last" { return 0 }
        guard text.hasPrefix("last~"), let back = Int(text.dropFirst(5)), back >= 0 else { return nil }
        return back
    }
}
