import JSONValues
import StageInterface

/// A row with its class and the number by which predictions refer to it.
struct Example: Sendable {
    let id: Int
    let row: Row
    let label: Int
}

/// Rows that are read, cleaned, without duplicates, and split.
struct PreparedDataset: Sendable {
    var splits: [SplitName: [Example]]
    var labels: LabelSet
    var sourceRows = 0
    var emptyRows = 0
    var duplicateRows = 0
    var conflictingRows = 0

    var warnings: [String] {
        var warnings: [String] = []
        if emptyRows > 0 { warnings.append("\(emptyRows) rows have an empty text and are left out") }
        if conflictingRows > 0 {
            warnings.append("\(conflictingRows) rows have a text that occurs with several labels, and are left out")
        }
        return warnings
    }
}

/// From files to splits.
struct DatasetPreparation {
    private let reader: RowReader
    private let cleaning: Cleaning
    private let deduplication: DataStage.Deduplication
    private let declaredLabels: [String]?
    private let limit: Int?
    private let split: ParameterValues?

    init(_ parameters: ParameterValues) throws {
        let columns = try parameters[DataStage.columns]
        let roles = ColumnRoles(
            text: try columns[DataStage.text] ?? .name("text"), pair: try columns[DataStage.pair],
            label: try columns[DataStage.label] ?? .name("label"))
        reader = RowReader(roles: roles, hasHeader: try parameters[DataStage.header])
        let clean = try parameters[DataStage.clean]
        cleaning = Cleaning(
            trims: try clean[DataStage.trim], collapsesSpaces: try clean[DataStage.collapse],
            normalization: try clean[DataStage.normalize])
        deduplication = try parameters[DataStage.deduplicate]
        declaredLabels = try parameters[DataStage.labels]
        limit = try parameters[DataStage.limit]
        split = try parameters[DataStage.split]
    }

    func prepare(pool: [InputPath], validation: [InputPath], test: [InputPath]) throws -> PreparedDataset {
        var poolRows = try reader.rows(of: pool)
        if let limit { poolRows = Array(poolRows.prefix(limit)) }
        guard !poolRows.isEmpty else {
            throw StageFailure(
                "\(pool.map(\.spelled).joined(separator: ", ")): there are no rows", place: .parameter(["source"]))
        }
        let fixedRows: [(SplitName, [Row])] = [
            (.validation, try reader.rows(of: validation)), (.test, try reader.rows(of: test)),
        ]
        let allRows = poolRows + fixedRows.flatMap(\.1)
        var prepared = PreparedDataset(splits: [:], labels: try LabelSet(declared: declaredLabels, rows: allRows))
        prepared.sourceRows = allRows.count

        var nextID = 0
        func examples(_ rows: [Row]) throws -> [Example] {
            let classes = try prepared.labels.classes(of: rows)
            var examples: [Example] = []
            for (row, label) in zip(rows, classes) {
                var row = row
                row.text = cleaning(row.text)
                row.pair = row.pair.map(cleaning.callAsFunction)
                examples.append(Example(id: nextID, row: row, label: label))
                nextID += 1
            }
            let filled = examples.filter { !$0.row.text.isEmpty }
            prepared.emptyRows += examples.count - filled.count
            return deduplicated(filled, &prepared)
        }

        let pooled = try examples(poolRows)
        guard !pooled.isEmpty else {
            throw StageFailure("no row is left after cleaning", place: .parameter(["source"]))
        }
        let assignment = try splitting(hasValidation: !validation.isEmpty, hasTest: !test.isEmpty)
            .assign(pooled.map(\.label))
        for (example, split) in zip(pooled, assignment) { prepared.splits[split, default: []].append(example) }
        for (split, rows) in fixedRows where !rows.isEmpty { prepared.splits[split] = try examples(rows) }
        guard prepared.splits[.train]?.isEmpty == false else {
            throw StageFailure("the training split is empty", place: .parameter(["split"]))
        }
        return prepared
    }

    private func splitting(hasValidation: Bool, hasTest: Bool) throws -> Splitting {
        guard let split else {
            let fractions: [SplitName: Double] =
                hasValidation || hasTest ? [.train: 1] : [.train: 0.8, .validation: 0.1, .test: 0.1]
            return Splitting(fractions: fractions, isStratified: true, seed: 42)
        }
        return Splitting(
            fractions: [
                .train: try split[DataStage.train], .validation: try split[DataStage.validationShare],
                .test: try split[DataStage.testShare],
            ],
            isStratified: try split[DataStage.stratify] == .label, seed: try split[DataStage.seed])
    }

    /// The first of each group of equal texts; none of a group whose labels differ, because no one knows which is
    /// right.
    private func deduplicated(_ examples: [Example], _ prepared: inout PreparedDataset) -> [Example] {
        guard deduplication != .none else { return examples }
        let isExact = deduplication == .exact
        let forms = examples.map { example in
            isExact ? example.row.text + "\u{0}" + (example.row.pair ?? "") : Cleaning.comparisonForm(of: example.row)
        }
        var labels: [String: Set<Int>] = [:]
        for (form, example) in zip(forms, examples) { labels[form, default: []].insert(example.label) }
        var seen: Set<String> = []
        var kept: [Example] = []
        for (form, example) in zip(forms, examples) {
            if let found = labels[form], found.count > 1 {
                prepared.conflictingRows += 1
            } else if seen.insert(form).inserted {
                kept.append(example)
            } else {
                prepared.duplicateRows += 1
            }
        }
        return kept
    }
}
