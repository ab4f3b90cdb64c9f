import Foundation
import JSONValues
import StageInterface

/// One of the data sets that are mixed.
struct MixedSource {
    /// The stage that gave it, with its axes where it fans out.
    let name: String
    let kind: TargetKind
    let labels: [String]
    private let splits: [SplitName: [DatasetFile.StoredRow]]

    init(_ artifact: GatheredArtifact) throws {
        name = artifact.name
        kind = try DatasetFile.kind(in: artifact.path)
        labels = try DatasetFile.labels(in: artifact.path)
        splits = Dictionary(
            uniqueKeysWithValues: try SplitName.allCases.map { ($0, try DatasetFile.rows(of: $0, in: artifact.path)) })
    }

    var training: [DatasetFile.StoredRow] { rows(of: .train) }
    var rowCount: Int { splits.values.reduce(0) { $0 + $1.count } }

    private func rows(of split: SplitName) -> [DatasetFile.StoredRow] { splits[split] ?? [] }

    private var hasPairs: Bool { splits.values.contains { $0.contains { $0.pair != nil } } }

    /// How many numbers each row has, where it has any.
    private var width: Int? {
        if case .numbers(let numbers)? = training.first?.target { numbers.count } else { nil }
    }

    /// The rows of a split under their numbers in the mix.
    func examples(of split: SplitName, firstID: Int) -> [Example] {
        rows(of: split).map { row in
            Example(
                id: firstID + row.id,
                row: Row(text: row.text, pair: row.pair, target: .none, file: name, line: row.id),
                target: row.target)
        }
    }

    // MARK: - Together

    /// - Throws: ``StageFailure`` with everything that keeps data sets from being one.
    static func check(_ sources: [MixedSource]) throws {
        guard sources.count > 1, let first = sources.first else {
            throw StageFailure(
                "there is nothing to mix: one data set is connected",
                help: "write a list under `from`: `datasets: [ONE, OTHER]`", place: .input("datasets"))
        }
        var problems: [StageProblem] = []
        func require(_ condition: Bool, _ message: @autoclosure () -> String, help: String) {
            guard !condition else { return }
            problems.append(StageProblem(.error, message(), help: help, place: .input("datasets")))
        }
        for source in sources {
            require(
                !source.training.isEmpty, "the training split of `\(source.name)` has no rows",
                help: "give it a share in the data stage's `split`")
        }
        for other in sources.dropFirst() {
            let both = "`\(first.name)` and `\(other.name)`"
            guard other.kind == first.kind else {
                require(
                    false,
                    "\(both) teach different things: `target: \(first.kind.rawValue)` and `\(other.kind.rawValue)`",
                    help: "mix data sets with the same `target`")
                continue
            }
            require(
                other.labels == first.labels,
                "\(both) have different classes: \(list(first.labels)), and \(list(other.labels))",
                help: "write the same `labels`, in the same order, in both data stages")
            require(
                other.width == first.width,
                "\(both) have different counts of numbers a row: \(first.width ?? 0) and \(other.width ?? 0)",
                help: "mix data sets that teach the same numbers")
            require(
                other.hasPairs == first.hasPairs,
                "of \(both) one has pairs of texts and the other has not, and a tokenizer writes them differently",
                help: "name a `pair` under the `columns` of both data stages, or of none")
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
    }

    private static func list(_ labels: [String]) -> String { labels.isEmpty ? "none" : labels.joined(separator: ", ") }

    /// What is added to the numbers of each source's rows, so that they are different in the mix.
    static func firstIDs(of sources: [MixedSource]) throws -> [Int] {
        var next = 0
        return try sources.map { source in
            let first = next
            let ids = source.splits.values.flatMap { $0.map(\.id) }
            let (end, isTooLarge) = next.addingReportingOverflow(ids.max() ?? 0)
            guard ids.allSatisfy({ $0 >= 0 }), !isTooLarge, end < Int.max else {
                throw StageFailure(
                    "the rows of `\(source.name)` have numbers that are negative or too large",
                    help: "number them from 0 in the stage that gives them", place: .input("datasets"))
            }
            next = end + 1
            return first
        }
    }

    /// Refuses or removes texts that one source learns from, or is judged by, and another is scored on. What stands in
    /// several splits of one source is that source's own matter.
    ///
    /// - Returns: how many rows leaked, each time they come.
    static func settle(
        _ policy: Leakage.Policy, _ splits: inout [SplitName: [Example]], sources: [MixedSource], firstIDs: [Int]
    ) throws -> Int {
        func source(of example: Example) -> Int { (firstIDs.lastIndex { $0 <= example.id }) ?? 0 }
        /// By text, the sources that have it in a later split.
        var later: [String: Set<Int>] = [:]
        var leaked: [(example: Example, split: SplitName)] = []
        for split in SplitName.allCases.reversed() {
            var own: [(String, Int)] = []
            for example in splits[split] ?? [] {
                let form = Cleaning.comparisonForm(of: example.row)
                let number = source(of: example)
                if later[form]?.contains(where: { $0 != number }) == true { leaked.append((example, split)) }
                own.append((form, number))
            }
            for (form, number) in own { later[form, default: []].insert(number) }
        }
        guard !leaked.isEmpty, policy != .allow else { return leaked.count }
        guard policy == .remove else {
            var problems = leaked.prefix(3).map { leak in
                StageProblem(
                    .error,
                    "row \(leak.example.row.line) of the \(leak.split.rawValue) split of `\(leak.example.row.file)` "
                        + "stands in a later split of another data set",
                    place: .input("datasets"))
            }
            problems.append(
                StageProblem(
                    .error, "\(Set(leaked.map(\.example.id)).count) texts of one data set are scored in another",
                    help: "write `leakage: remove` to take them from the earlier split, or `leakage: allow`",
                    place: .parameter(["leakage"])))
            throw StageFailure(problems)
        }
        let removed = Dictionary(grouping: leaked, by: \.split).mapValues { Set($0.map(\.example.id)) }
        for (split, ids) in removed { splits[split]?.removeAll { ids.contains($0.id) } }
        guard splits[.train]?.isEmpty == false else {
            throw StageFailure("no row for training is left", place: .parameter(["leakage"]))
        }
        return leaked.count
    }
}
