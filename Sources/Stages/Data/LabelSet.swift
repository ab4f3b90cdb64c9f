import StageInterface

/// The classes of a data set: their names in the order of their numbers.
struct LabelSet: Sendable {
    let names: [String]

    /// Classes as the pipeline lists them, or as the rows have them: numbers in their order, names in theirs.
    init(declared: [String]?, rows: [Row]) throws(StageFailure) {
        if let declared {
            guard declared.count >= 2, Set(declared).count == declared.count else {
                throw StageFailure(
                    "`labels` needs at least two different names", place: .parameter(["labels"]))
            }
            names = declared
            return
        }
        let found = Set(rows.map(\.label))
        if found.count < 2 {
            throw StageFailure(
                "all rows have the label `\(found.first ?? "")`", help: "a classifier needs at least two classes",
                place: .parameter(["columns", "label"]))
        }
        if found.count > 20, found.count > rows.count / 4 {
            throw StageFailure(
                "\(rows.count) rows have \(found.count) different labels, so this is hardly a column of classes",
                help: "check `columns`, or list the classes under `labels`", place: .parameter(["columns", "label"]))
        }
        let numbers = found.compactMap(Int.init)
        names =
            numbers.count == found.count
            ? found.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
            : found.sorted()
    }

    /// The class of each row. A whole number that is no name counts as a position in the declared names.
    func classes(of rows: [Row]) throws(StageFailure) -> [Int] {
        let byName = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var problems: [StageProblem] = []
        var classes: [Int] = []
        classes.reserveCapacity(rows.count)
        for row in rows {
            if let index = byName[row.label] {
                classes.append(index)
            } else if let index = Int(row.label), names.indices.contains(index) {
                classes.append(index)
            } else {
                let isNumber = Int(row.label) != nil
                problems.append(
                    StageProblem(
                        .error,
                        isNumber
                            ? "label \(row.label) is out of range: there are \(names.count) classes, counted from 0"
                            : "unknown label `\(row.label)`",
                        help: "the classes are " + names.map { "`\($0)`" }.joined(separator: ", "), place: row.place))
            }
        }
        guard problems.isEmpty else {
            var shown = Array(problems.prefix(RowReader.shownProblems))
            if problems.count > shown.count {
                shown.append(StageProblem(.error, "and \(problems.count - shown.count) more labels like these"))
            }
            throw StageFailure(shown)
        }
        return classes
    }
}
