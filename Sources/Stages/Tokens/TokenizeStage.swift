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
        help: "Longer texts are cut to so many tokens, special tokens included.")

    static let declaration = StageDeclaration(
        kind: "tokenize", version: 1, summary: "Make token ids of the texts of a data set",
        discussion: "Special tokens are added as the tokenizer's own template says. Nothing is padded here.",
        parameters: [tokenizer.declaration, maxLength.declaration],
        inputs: [InputDeclaration("dataset", .dataset, help: "The texts.")],
        output: .tokens,
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
        var description = TokensDescription(
            labels: try DatasetFile.labels(in: dataset), maximumLength: maximumLength)
        for (index, split) in SplitName.allCases.enumerated() {
            let rows = try DatasetFile.rows(of: split, in: dataset)
            let (examples, cut) = try encode(rows, tokenizer, maximumLength)
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

    /// The rows' tokens, and how many rows were cut.
    private static func encode(
        _ rows: [DatasetFile.StoredRow], _ tokenizer: Tokenizer, _ maximumLength: Int
    ) throws -> (examples: [TokenizedExample], cut: Int) {
        let pairs = rows.contains { $0.pair != nil } ? rows.map { $0.pair ?? "" } : nil
        var encodings = try tokenizer.encodeBatch(rows.map(\.text), pairs: pairs)
        let long = encodings.indices.filter { encodings[$0].ids.count > maximumLength }
        let cut = try tokenizer.encodeBatch(
            long.map { rows[$0].text }, pairs: pairs.map { pairs in long.map { pairs[$0] } },
            maximumLength: maximumLength)
        for (index, encoding) in zip(long, cut) { encodings[index] = encoding }
        let examples = zip(rows, encodings).map { row, encoding in
            TokenizedExample(
                id: row.id, label: row.label, tokenIDs: encoding.ids,
                typeIDs: pairs == nil ? nil : encoding.typeIDs)
        }
        return (examples, long.count)
    }
}
