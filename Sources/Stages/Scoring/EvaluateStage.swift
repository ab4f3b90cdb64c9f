import Models
import PEFT
import Foundation
import JSONValues
import StageInterface
import Training

/// `evaluate`: how well a model classifies a split, with all predictions kept.
enum EvaluateStage: StageKind {
    enum Metric: String, CaseIterable, Sendable {
        case accuracy, f1, precision, recall, mcc, loss
        case macroF1 = "macro_f1"
    }

    static let split = Parameter<SplitName>.choice("split", default: .test, help: "The split that is scored.")
    static let metrics = Parameter<[Metric]>.choices(
        "metrics", default: [.accuracy, .f1, .mcc],
        help: "The figures of the table; f1, precision and recall are of class 1 of two, else the mean over classes.")
    static let model = Parameter.inheritedFolder(
        "model", reading: ModelSource.modelFiles, from: ("adapter", "model"),
        help: "The base model of the adapter; default: the one that it was trained on.")
    static let batchSize = Parameter.integer(
        "batch_size", default: 64, in: 1...65536, help: "Rows that are computed at once.")

    static let declaration = StageDeclaration(
        kind: "evaluate", version: 1, summary: "Score a model on a split, and keep its predictions",
        discussion: """
            The confusion matrix and the figures of each class are always kept. A model that predicts one class only is \
            a warning.
            """,
        parameters: [split.declaration, metrics.declaration, model.declaration, batchSize.declaration],
        inputs: [
            InputDeclaration("adapter", .adapter, isRequired: false, help: "What is scored: an adapter on its base,"),
            InputDeclaration("model", .model, isRequired: false, help: "or a whole model."),
            InputDeclaration("tokens", .tokens, help: "The rows."),
        ],
        output: .scores, compute: .tensors,
        example: """
            scores:
              uses: evaluate
              from: {adapter: adapter, tokens: tokens}
              with: {split: test, metrics: [accuracy, f1, mcc]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let tokens = try TokenSet(context.input("tokens"))
        let split = try parameters[split]
        let examples = try tokens.examples(of: split)
        guard !examples.isEmpty else {
            throw StageFailure(
                "the \(split.rawValue) split has no rows", help: "give it a share in the data stage's `split`",
                place: .parameter(["split"]))
        }
        let tuned = try ScoredModel.load(context, parameter: model)
        let (logits, seconds) = try ScoredModel.logits(
            tuned, for: examples, batchSize: parameters[batchSize], context: context)
        let scores = Scores(
            logits: logits, labels: examples.map(\.label), names: tuned.base.labels, split: split)
        for warning in scores.warnings { context.warn(warning) }
        try PredictionFile.write(logits, examples: examples, names: tuned.base.labels, to: context.output)
        let figures = try scores.json(parameters[metrics])
        try Data((figures.pretty + "\n").utf8)
            .write(to: URL(fileURLWithPath: context.output).appending(path: "scores.json"))
        return StageReport(
            summary: "accuracy \(String(format: "%.4f", scores.evaluation.metrics.accuracy))", metrics: figures,
            measurements: [
                "seconds": .double(seconds), "samples_per_second": .double(Double(examples.count) / seconds),
                "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }
}
