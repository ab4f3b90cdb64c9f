import Foundation
import JSONValues
import StageInterface

/// `data`: rows of text and label from files, cleaned, without duplicates, split.
enum DataStage: StageKind {
    static let source = Parameter.files(
        "source", extensions: ["csv", "tsv", "jsonl", "json"],
        help: "The file with the rows, or a list of files that are joined in order.")
    static let validation = Parameter.optionalFiles(
        "validation", extensions: ["csv", "tsv", "jsonl", "json"],
        help: "Files that are the validation split as they are.")
    static let test = Parameter.optionalFiles(
        "test", extensions: ["csv", "tsv", "jsonl", "json"], help: "Files that are the test split as they are.")

    static let columns = Parameter.record(
        "columns", [text.declaration, pair.declaration, label.declaration, answer.declaration], isRequired: false,
        help: "Which column holds what; a number, counted from 0, where there is no header.")
    static let text = columnParameter("text", default: .value("text"), help: "The column of the text.")
    static let pair = columnParameter("pair", default: .absent, help: "The column of a second text, for pairs.")
    static let label = columnParameter(
        "label", default: .value("label"), help: "The column of the class, the classes, the number or the tags.")
    static let answer = columnParameter("answer", default: .value("answer"), help: "The column of the answer.")
    static let format = Parameter<RowFormat>.choice(
        "format", default: RowFormat.rows,
        help: "How rows are written: in columns; instructions with `instruction`, `input` and `output`; or chats, as "
            + "`messages` of `role` and `content`, or `conversations` of `from` and `value`."
    ).withoutKeyAtDefault
    static let template = Parameter.optionalFolder(
        "template", reading: ["chat_template.jinja", "tokenizer_config.json"],
        help: "The folder of the model whose chat template writes the chats."
    ).withoutKeyAtDefault
    static let target = Parameter<TargetKind>.choice(
        "target", among: TargetKind.allCases.filter { $0 != .turns }, default: .label,
        help: "What a row teaches: a class; any of several classes; a number; a tag for each word; an answer to the "
            + "text; or none but the text itself.")
    static let header = Parameter.boolean(
        "header", default: true, help: "The first line of csv and tsv files names the columns.")
    static let labels = Parameter.optionalTexts(
        "labels", help: "The classes in the order of their numbers; else all that occur, sorted.")
    static let limit = Parameter.optionalInteger(
        "limit", in: 1 ... .max, help: "Only the first so many rows of `source`.")

    static let clean = Parameter.record(
        "clean", [trim.declaration, collapse.declaration, normalize.declaration], isRequired: false,
        help: "What is done to each text first.")
    static let trim = Parameter.boolean("trim", default: true, help: "Drop white space at both ends.")
    static let collapse = Parameter.boolean(
        "collapse_spaces", default: false, help: "Make every run of white space one space.")
    static let normalize = Parameter<Cleaning.Normalization>.choice(
        "normalize", default: Cleaning.Normalization.none, help: "The Unicode normalisation form.")

    enum Deduplication: String, CaseIterable, Sendable { case none, exact, normalized }
    static let deduplicate = Parameter<Deduplication>.choice(
        "deduplicate", default: .normalized,
        help: "Keep one of equal texts; `normalized` ignores case and spacing. Equal texts of several labels all go.")

    static let split = Parameter.optionalRecord(
        "split",
        [
            train.declaration, validationShare.declaration, testShare.declaration, stratify.declaration,
            seed.declaration,
        ],
        help: "Shares of `source` for each split. Default: 0.8, 0.1, 0.1, or all for training if `validation` is given."
    )
    static let train = Parameter.number("train", in: .fraction, help: "Share of the training split.")
    static let validationShare = Parameter.number(
        "validation", default: 0, in: .fraction, help: "Share of the validation split.")
    static let testShare = Parameter.number("test", default: 0, in: .fraction, help: "Share of the test split.")
    enum Stratification: String, CaseIterable, Sendable { case label, none }
    static let stratify = Parameter<Stratification>.choice(
        "stratify", default: .label, help: "Keep each label's share in every split, where rows have one class.")
    static let seed = Parameter.integer("seed", default: 42, help: "Seed of the shuffle before the split.")

    static let leakage = Parameter<Leakage.Policy>.choice(
        "leakage", default: .refuse,
        help: "A text of one split that occurs in another: an error, or removed from the larger split's side.")

    static let declaration = StageDeclaration(
        kind: "data", version: 2,
        summary: "Read rows of text, and of what they teach, from files, clean them, and split them",
        discussion: """
            Rows whose text is empty after cleaning are dropped and counted. Classes get their numbers from `labels`, or \
            from the labels that occur in sorted order. The split is a seeded shuffle; sizes are exact to one row, and \
            answers to one text stay together. Of a chat, what the assistant says is learned, all of its turns; without a \
            `template`, instructions are written as Alpaca's were, and their outputs are answers. Several classes, tags and numbers are lists in json and jsonl; in csv and \
            tsv `|` stands between classes and between numbers, and spaces between words and between tags.
            """,
        parameters: [
            source.declaration, validation.declaration, test.declaration, format.declaration, template.declaration,
            target.declaration, columns.declaration,
            header.declaration,
            labels.declaration, limit.declaration, clean.declaration, deduplicate.declaration, split.declaration,
            leakage.declaration,
        ],
        output: .always(.dataset),
        example: """
            reviews:
              uses: data
              with:
                source: datasets/sentiment/reviews.jsonl
                columns: {text: sentence, label: label}
                split: {train: 0.8, validation: 0.1, test: 0.1, stratify: label, seed: 13}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let preparation = try DatasetPreparation(parameters)
        var prepared = try preparation.prepare(
            pool: parameters[source], validation: parameters[validation], test: parameters[test])
        let leaked = try Leakage(policy: parameters[leakage]).settle(&prepared.splits)
        for warning in prepared.warnings { context.warn(warning) }

        let counts = try DatasetFile.write(prepared, leaked: leaked, to: context.output)
        let sizes = SplitName.allCases.map { "\($0.rawValue) \(prepared.splits[$0]?.count ?? 0)" }
        return StageReport(summary: sizes.joined(separator: ", "), metrics: counts)
    }

    // MARK: - Details of the declaration

    private static func columnParameter(
        _ name: String, default value: ParameterDeclaration.Default, help: String
    ) -> Parameter<ColumnReference?> {
        Parameter(name, .oneOf([.text, .integer(0 ... .max)]), default: value, help: help) { value in
            switch value {
            case .null: .some(nil)
            case .string(let name): .name(name)
            default: value.intValue.map(ColumnReference.position)
            }
        }
    }

    private static func formatProblems(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        let format = try parameters[format]
        let hasTemplate = !parameters.json[template.declaration.name].isNull
        if format != .rows, try parameters[target] != .label {
            problems.append(
                ParameterProblem(
                    path: [target.declaration.name],
                    message: "what rows teach follows from `format: \(format.rawValue)`",
                    help: "leave out `target`"))
        }
        if format == .rows, hasTemplate {
            problems.append(
                ParameterProblem(
                    path: [template.declaration.name], message: "rows in columns have no chats",
                    help: "write `format: messages`, or leave it out"))
        }
        if format == .messages || format == .sharegpt, !hasTemplate {
            problems.append(
                ParameterProblem(
                    path: [], message: "`format: \(format.rawValue)` needs a chat template",
                    help: "write `template:` with a folder that has chat_template.jinja or tokenizer_config.json"))
        }
        return problems
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        let kind = try parameters[target]
        problems += try formatProblems(parameters)
        if try parameters[columns][pair] != nil, !kind.readsPairs {
            problems.append(
                ParameterProblem(
                    path: [columns.declaration.name, pair.declaration.name], concernsKey: true,
                    message: "rows with `target: \(kind.rawValue)` have no second text",
                    help: "leave `pair` out, or join both texts in one column"))
        }
        guard let split = try parameters[split] else { return problems }
        let sum = try split[train] + split[validationShare] + split[testShare]
        if abs(sum - 1) > 1e-9 {
            problems.append(
                ParameterProblem(
                    path: ["split"], message: "the shares of `split` add up to \(sum.formatted()), expected 1"))
        }
        for (files, share) in [(validation, validationShare), (test, testShare)]
        where !parameters.json[files.declaration.name].isNull {
            if try split[share] > 0 {
                let name = share.declaration.name
                problems.append(
                    ParameterProblem(
                        path: ["split", name],
                        message: "the \(name) split comes from the files under `\(name)`, so it takes no share"))
            }
        }
        return problems
    }
}
