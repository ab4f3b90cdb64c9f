import ChatTemplates
import JSONValues
import StageInterface

/// A row with its class and the number by which predictions refer to it.
struct Example: Sendable {
    let id: Int
    let row: Row
    let target: ExampleTarget
}

/// Rows that are read, cleaned, without duplicates, and split.
struct PreparedDataset: Sendable {
    var splits: [SplitName: [Example]]
    var labels: LabelSet
    var kind = TargetKind.label
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
    private let kind: TargetKind
    private let reader: RowReader
    private let cleaning: Cleaning
    private let deduplication: DataStage.Deduplication
    private let declaredLabels: [String]?
    private let limit: Int?
    private let split: ParameterValues?

    init(_ parameters: ParameterValues) throws {
        let conversations = try Self.conversations(parameters)
        kind = try conversations?.kind ?? parameters[DataStage.target]
        let columns = try parameters[DataStage.columns]
        let target: (ColumnReference, String)? =
            switch kind {
            case .none, .turns: nil
            case .answer: (try columns[DataStage.answer] ?? .name("answer"), "answer")
            case .label, .labels, .number, .tags: (try columns[DataStage.label] ?? .name("label"), "label")
            }
        let roles = ColumnRoles(
            text: try columns[DataStage.text] ?? .name("text"), pair: try columns[DataStage.pair], target: target,
            kind: kind)
        reader = RowReader(
            roles: roles, hasHeader: try parameters[DataStage.header], conversations: conversations)
        let clean = try parameters[DataStage.clean]
        cleaning = Cleaning(
            trims: try clean[DataStage.trim], collapsesSpaces: try clean[DataStage.collapse],
            normalization: try clean[DataStage.normalize])
        deduplication = try parameters[DataStage.deduplicate]
        declaredLabels = try parameters[DataStage.labels]
        limit = try parameters[DataStage.limit]
        split = try parameters[DataStage.split]
    }

    private static func conversations(_ parameters: ParameterValues) throws -> ConversationReader? {
        let format = try parameters[DataStage.format]
        guard format != .rows else { return nil }
        let template = try StageFailure.locating(DataStage.template.declaration.name) {
            try parameters[DataStage.template].map { try ChatTemplate(tokenizerFolder: $0.path) }
        }
        return ConversationReader(format: format, template: template)
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
        var prepared = PreparedDataset(
            splits: [:], labels: try LabelSet(declared: declaredLabels, rows: allRows, kind: kind))
        prepared.kind = kind
        try checkNumbers(allRows)
        prepared.sourceRows = allRows.count

        var nextID = 0
        func examples(_ rows: [Row]) throws -> [Example] {
            let targets = try prepared.labels.targets(of: rows)
            var examples: [Example] = []
            for (row, target) in zip(rows, targets) {
                var row = row
                // Of a conversation, parts of the text are known by their places.
                if kind != .turns { row.text = cleaning(row.text) }
                row.pair = row.pair.map(cleaning.callAsFunction)
                var target = target
                if case .answer(let answer) = target { target = .answer(cleaning(answer)) }
                examples.append(Example(id: nextID, row: row, target: target))
                nextID += 1
            }
            try checkTags(examples)
            let filled = examples.filter { !$0.row.text.isEmpty && $0.target != .answer("") }
            prepared.emptyRows += examples.count - filled.count
            return deduplicated(filled, &prepared)
        }

        let pooled = try examples(poolRows)
        guard !pooled.isEmpty else {
            throw StageFailure("no row is left after cleaning", place: .parameter(["source"]))
        }
        let splitting = try splitting(hasValidation: !validation.isEmpty, hasTest: !test.isEmpty)
        for (example, split) in zip(pooled, assign(pooled, splitting)) {
            prepared.splits[split, default: []].append(example)
        }
        for (split, rows) in fixedRows where !rows.isEmpty { prepared.splits[split] = try examples(rows) }
        guard prepared.splits[.train]?.isEmpty == false else {
            throw StageFailure("the training split is empty", place: .parameter(["split"]))
        }
        return prepared
    }

    /// The split of each example. Answers to the same text belong together: else one split would know the other's.
    private func assign(_ examples: [Example], _ splitting: Splitting) -> [SplitName] {
        guard kind == .answer else { return splitting.assign(examples.map { $0.target.label ?? 0 }) }
        let forms = examples.map { Cleaning.comparisonForm(of: $0.row) }
        var numbers: [String: Int] = [:]
        for form in forms where numbers[form] == nil { numbers[form] = numbers.count }
        let splits = splitting.assign(Array(repeating: 0, count: numbers.count))
        return forms.map { splits[numbers[$0] ?? 0] }
    }

    /// - Throws: ``StageFailure`` if rows have different counts of numbers.
    private func checkNumbers(_ rows: [Row]) throws(StageFailure) {
        guard kind == .number else { return }
        var problems: [StageProblem] = []
        var width: Int?
        for row in rows {
            guard case .numbers(let numbers) = row.target else { continue }
            let expected = width ?? max(numbers.count, 1)
            width = expected
            if numbers.count != expected, problems.count < RowReader.shownProblems {
                problems.append(
                    StageProblem(
                        .error, "found \(numbers.count) numbers, expected \(expected) in every row", place: row.place))
            }
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
    }

    /// - Throws: ``StageFailure`` if a row's words and tags are not of one count.
    private func checkTags(_ examples: [Example]) throws(StageFailure) {
        var problems: [StageProblem] = []
        for example in examples {
            guard case .tags(let tags) = example.target else { continue }
            let words = RowCells.words(of: example.row.text).count
            if words != tags.count, problems.count < RowReader.shownProblems {
                problems.append(
                    StageProblem(
                        .error, "found \(words) words and \(tags.count) tags, expected a tag for each word",
                        place: example.row.place))
            }
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
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
            let form =
                isExact
                ? example.row.text + "\u{0}" + (example.row.pair ?? "") : Cleaning.comparisonForm(of: example.row)
            // A text may have several answers.
            return if case .answer(let answer) = example.target { form + "\u{0}" + answer } else { form }
        }
        var targets: [String: Set<ExampleTarget>] = [:]
        for (form, example) in zip(forms, examples) { targets[form, default: []].insert(example.target) }
        var seen: Set<String> = []
        var kept: [Example] = []
        for (form, example) in zip(forms, examples) {
            if let found = targets[form], found.count > 1 {
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
