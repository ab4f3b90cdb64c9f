import StageInterface

/// Texts that stand in two splits, so that a score would measure memory.
struct Leakage {
    enum Policy: String, CaseIterable, Sendable { case refuse, remove, allow }

    let policy: Policy

    /// Refuses or removes leaked texts; the split that comes first, training before validation before test, loses
    /// them.
    ///
    /// - Returns: how many rows leaked.
    func settle(_ splits: inout [SplitName: [Example]]) throws(StageFailure) -> Int {
        var leaked: [(example: Example, split: SplitName, other: Example)] = []
        var later: [String: Example] = [:]
        for split in SplitName.allCases.reversed() {
            var own: [String: Example] = [:]
            for example in splits[split] ?? [] {
                let form = Cleaning.comparisonForm(of: example.row)
                if let other = later[form] { leaked.append((example, split, other)) }
                own[form] = example
            }
            later.merge(own) { first, _ in first }
        }
        guard !leaked.isEmpty, policy != .allow else { return leaked.count }
        if policy == .refuse { throw refusal(leaked.map { ($0.example, $0.split, $0.other) }) }
        let removed = Set(leaked.map { $0.example.id })
        for split in SplitName.allCases { splits[split]?.removeAll { removed.contains($0.id) } }
        return leaked.count
    }

    private func refusal(_ leaked: [(example: Example, split: SplitName, other: Example)]) -> StageFailure {
        var problems = leaked.prefix(3).map { leak in
            StageProblem(
                .error,
                "this text of the \(leak.split.rawValue) split stands also at \(leak.other.row.file):\(leak.other.row.line)",
                place: leak.example.row.place)
        }
        problems.append(
            StageProblem(
                .error, "\(leaked.count) texts stand in more than one split",
                help: "write `leakage: remove` to take them from the earlier split, or `leakage: allow`",
                place: .parameter(["leakage"])))
        return StageFailure(problems)
    }
}
