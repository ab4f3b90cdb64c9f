import StageInterface

/// The classes of a data set: their names in the order of their numbers. Empty where rows have none.
struct LabelSet: Sendable {
    let names: [String]
    private let kind: TargetKind

    /// Classes that are known.
    init(names: [String], kind: TargetKind) {
        self.names = names
        self.kind = kind
    }

    /// Classes as the pipeline lists them, or as the rows have them: numbers in their order, names in theirs.
    init(declared: [String]?, rows: [Row], kind: TargetKind) throws(StageFailure) {
        self.kind = kind
        guard kind.hasClasses else {
            guard declared == nil else {
                throw StageFailure(
                    "`labels` lists classes, but rows with `target: \(kind.rawValue)` have none",
                    place: .parameter(["labels"]))
            }
            names = []
            return
        }
        if let declared {
            guard declared.count >= 2, Set(declared).count == declared.count else {
                throw StageFailure(
                    "`labels` needs at least two different names", place: .parameter(["labels"]))
            }
            names = declared
            return
        }
        let found = Set(rows.flatMap { $0.target.names(kind) })
        if found.count < 2, kind != .labels || found.isEmpty {
            throw StageFailure(
                found.first.map { "all rows have the label `\($0)`" } ?? "no row has a label",
                help: "a classifier needs at least two classes",
                place: .parameter(["columns", "label"]))
        }
        if kind == .label, found.count > 20, found.count > rows.count / 4 {
            throw StageFailure(
                "\(rows.count) rows have \(found.count) different labels, so this is hardly a column of classes",
                help: "check `columns`, list the classes under `labels`, or write `target: number`",
                place: .parameter(["columns", "label"]))
        }
        let numbers = found.compactMap(Int.init)
        names =
            numbers.count == found.count
            ? found.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
            : found.sorted()
    }

    /// What each row teaches. A whole number that is no name of a class counts as a position in the declared names.
    func targets(of rows: [Row]) throws(StageFailure) -> [ExampleTarget] {
        let byName = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var problems: [StageProblem] = []
        func number(_ name: String, _ row: Row) -> Int {
            if let index = byName[name] { return index }
            if let index = Int(name), names.indices.contains(index) { return index }
            let isNumber = Int(name) != nil
            problems.append(
                StageProblem(
                    .error,
                    isNumber
                        ? "label \(name) is out of range: there are \(names.count) classes, counted from 0"
                        : "unknown label `\(name)`",
                    help: "the classes are " + names.map { "`\($0)`" }.joined(separator: ", "), place: row.place))
            return 0
        }
        let targets = rows.map { row -> ExampleTarget in
            switch (kind, row.target) {
            case (.label, .text(let name)): .label(number(name, row))
            case (.labels, .names(let names)): .labels(Set(names.map { number($0, row) }).sorted())
            case (.tags, .names(let names)): .tags(names.map { number($0, row) })
            case (.number, .numbers(let numbers)): .numbers(numbers)
            case (.answer, .text(let answer)): .answer(answer)
            case (.turns, .turns(let turns, let answer)): .turns(turns, answer: answer)
            default: .none
            }
        }
        guard problems.isEmpty else {
            var shown = Array(problems.prefix(RowReader.shownProblems))
            if problems.count > shown.count {
                shown.append(StageProblem(.error, "and \(problems.count - shown.count) more labels like these"))
            }
            throw StageFailure(shown)
        }
        return targets
    }
}
