import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Training

/// `soft-labels`: what a teacher says of the training rows, for a student to learn.
enum SoftLabelsStage: StageKind {
    static let model = EvaluateStage.model
    static let batchSize = EvaluateStage.batchSize

    static let declaration = StageDeclaration(
        kind: "soft-labels", version: 1, summary: "Keep a teacher's logits of the training rows, for a student",
        discussion: """
            Given to `train` as `teacher`, they are learned beside the rows' classes (Hinton, Vinyals and Dean 2015). Of \
            each row of the training split there is one logit a class, in float32 and before softmax, so that one artifact \
            serves every temperature. Rows must have one class each. A student with another tokenizer has tokens of its own: \
            rows are known by their numbers and classes.
            """,
        parameters: [model.declaration, ModelPrecision.parameter.declaration, batchSize.declaration],
        inputs: [
            InputDeclaration("adapter", .adapter, isRequired: false, help: "The teacher: an adapter on its base,"),
            InputDeclaration("model", .model, isRequired: false, help: "or a whole model."),
            InputDeclaration("tokens", .tokens, help: "The rows, as the teacher reads them."),
        ],
        output: .always(.softLabels), compute: .tensors,
        example: """
            lessons:
              uses: soft-labels
              from: {adapter: teacher, tokens: tokens}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let tokens = try TokenSet(context.input("tokens"))
        let examples = try tokens.examples(of: .train)
        guard !examples.isEmpty else {
            throw StageFailure(
                "the training split has no rows", help: "give it a share in the data stage's `split`",
                place: .input("tokens"))
        }
        let teacher = try ScoredModel.load(
            context, parameter: model, dtype: try parameters[ModelPrecision.parameter].dtype)
        let learned = LearnedTask(teacher.base)
        try SoftLabelsFile.check(learned)
        try learned.check(tokens)
        let encoded = examples.map { $0.encoded(for: learned.task, labelCount: learned.labels.count) }
        let (logits, seconds) = try ScoredModel.logits(
            teacher, for: encoded, batchSize: parameters[batchSize], context: context)
        guard logits.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
            throw StageFailure(
                "the teacher's logits are not all numbers", help: "train it again, at a lower learning rate")
        }
        try SoftLabelsFile.write(logits, of: examples, labels: learned.labels, to: context.output)
        let evaluation = Evaluation(
            logits: logits, labels: encoded.map { $0.target?.label ?? 0 }, classCount: learned.labels.count)
        let (name, value) = evaluation.metrics.figures.first ?? ("accuracy", 0)
        return StageReport(
            summary: "\(examples.count) rows, \(name) \(String(format: "%.4f", value))",
            metrics: ["rows": .int(examples.count), name: .double(value), "loss": .double(evaluation.loss)],
            measurements: [
                "seconds": .double(seconds), "samples_per_second": .double(Double(examples.count) / seconds),
                "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }
}
