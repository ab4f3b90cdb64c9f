import Models
import PEFT
import Foundation
import JSONValues
import StageInterface
import Training

/// `evaluate`: how well a model does on a split, with all predictions kept.
enum EvaluateStage: StageKind {
    static let split = Parameter<SplitName>.choice("split", default: .test, help: "The split that is scored.")
    static let metrics = Parameter<[ScoreMetric]?>.optionalChoices(
        "metrics", among: ScoreMetric.ofLogits,
        help: "The figures of the table; default: those of the task. f1, precision and recall are of class 1 of two, "
            + "else the mean over classes; over all decisions where a row may have several.")
    static let model = Parameter.inheritedFolder(
        "model", reading: ModelSource.modelFiles, from: ("adapter", "model"),
        help: "The base model of the adapter; default: the one that it was trained on.")
    static let batchSize = Parameter.integer(
        "batch_size", default: 64, in: 1...65536, help: "Rows that are computed at once.")

    static let declaration = StageDeclaration(
        kind: "evaluate", version: 4, summary: "Score a model on a split, and keep its predictions",
        discussion: """
            Classes have accuracy, f1, precision, recall, mcc and macro_f1; several classes a row f1, precision, recall, \
            macro_f1 and accuracy (of whole rows); numbers mse, mae, pearson, spearman and r2; language perplexity and \
            accuracy (of tokens); all have loss. The confusion matrix and the figures of each class are always kept. A \
            model that predicts one class only is a warning.
            """,
        parameters: [
            split.declaration, metrics.declaration, model.declaration, ModelPrecision.parameter.declaration,
            WeightPrecision.parameter.declaration,
            batchSize.declaration,
        ],
        inputs: [
            InputDeclaration("adapter", .adapter, isRequired: false, help: "What is scored: an adapter on its base,"),
            InputDeclaration("model", .model, isRequired: false, help: "or a whole model."),
            InputDeclaration("tokens", .tokens, help: "The rows."),
        ],
        output: .always(.scores), compute: .tensors,
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
        let tuned = try ScoredModel.load(
            context, parameter: model, dtype: parameters[ModelPrecision.parameter].dtype,
            quantization: parameters[WeightPrecision.parameter].quantization)
        let learned = LearnedTask(tuned.base)
        try learned.check(tokens)
        let encoded = examples.map { $0.encoded(for: learned.task, labelCount: learned.labels.count) }
        let predictor = Predictor(model: tuned, batchSize: try parameters[batchSize])
        let (predictions, seconds) = try ScoredModel.timed(encoded, context: context) {
            try predictor.predictions(for: encoded, progress: $0, shouldStop: $1)
        }
        let evaluation = Evaluation(
            predictions, of: encoded, for: TaskLoss(tuned.base), labels: learned.labels.count)
        let scores = Scores(evaluation: evaluation, learned: learned, split: split, rows: examples.count)
        let figures = try scores.json(parameters[metrics])
        for warning in scores.warnings { context.warn(warning) }
        try PredictionFile(learned: learned).write(predictions, examples: examples, to: context.output)
        try ArtifactFile.write((figures.pretty + "\n").utf8, ScoresFile.name, in: context.output)
        return StageReport(
            summary: evaluation.metrics.figures.first.map { "\($0.name) \(String(format: "%.4f", $0.value))" } ?? "",
            metrics: figures,
            measurements: [
                "seconds": .double(seconds), "samples_per_second": .double(Double(examples.count) / seconds),
                "weight_bytes": .int(tuned.base.byteCount), "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }
}
