import Foundation
import JSONValues
import StageInterface
import Tokenizers

/// `tokenize`: texts become token ids, as the model's own tokenizer makes them.
enum TokenizeStage: StageKind {
    /// What is read of a tokenizer's folder.
    static let tokenizerFiles = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"]

    static let tokenizer = Parameter.folder(
        "tokenizer", reading: tokenizerFiles, help: "The folder of the model whose tokenizer is used.")
    static let maxLength = Parameter.integer(
        "max_length", default: 128, in: 2...1_000_000,
        help: "Longer texts are cut to so many tokens, special tokens included; a text and its answer together.")
    static let maxAnswerLength = Parameter.optionalInteger(
        "max_answer_length", in: 2...1_000_000,
        help: "Longer answers are cut to so many tokens, the end included; default: half of max_length.")

    static let declaration = StageDeclaration(
        kind: "tokenize", version: 3, summary: "Make token ids of the texts of a data set",
        discussion: """
            Special tokens are added as the tokenizer's own template says. Nothing is padded here. An answer ends with \
            the tokenizer's `eos_token`, and so does a text that teaches itself. The tag of a word goes to its first \
            token.
            """,
        parameters: [tokenizer.declaration, maxLength.declaration, maxAnswerLength.declaration],
        inputs: [
            InputDeclaration("dataset", .dataset, help: "The texts."),
            .model(inPlaceOf: "tokenizer"),
        ],
        output: .always(.tokens),
        example: """
            tokens:
              uses: tokenize
              from: {dataset: reviews}
              with: {tokenizer: models/minilm, max_length: 128}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let dataset = try context.input("dataset")
        let maximumLength = try context.parameters[maxLength]
        let folder = try context.parameters[tokenizer].path
        let tokenizer = try StageFailure.locating("tokenizer") { try Tokenizer(folder: folder) }
        let kind = try DatasetFile.kind(in: dataset)
        let encoder = RowEncoder(
            tokenizer: tokenizer, kind: kind, maximumLength: maximumLength,
            maximumAnswerLength: min(
                try context.parameters[maxAnswerLength] ?? max(2, maximumLength / 2), maximumLength - 1))
        var description = TokensDescription(
            kind: kind, labels: try DatasetFile.labels(in: dataset), maximumLength: maximumLength)
        for (index, split) in SplitName.allCases.enumerated() {
            let rows = try DatasetFile.rows(of: split, in: dataset)
            let (examples, cut) = try encoder.encode(rows)
            if case .numbers(let numbers)? = examples.first?.target {
                // As transformers names outputs that nobody named.
                description.labels = numbers.indices.map { "LABEL_\($0)" }
            }
            try TokensFile.write(examples, of: split, to: context.output)
            description.splits[split] = SplitSizes(
                rows: examples.count, tokens: examples.reduce(0) { $0 + $1.tokenIDs.count },
                longest: examples.map { $0.tokenIDs.count }.max() ?? 0, cut: cut)
            context.progress(StageProgress(completed: index + 1, total: SplitName.allCases.count))
        }
        try description.write(to: context.output)
        let all = description.splits.values.reduce(SplitSizes()) { $0 + $1 }
        let mean = all.rows > 0 ? Double(all.tokens) / Double(all.rows) : 0
        return StageReport(
            summary: "\(all.rows) rows, \(String(format: "%.1f", mean)) tokens each, \(all.cut) cut",
            metrics: description.json["splits"])
    }
}
