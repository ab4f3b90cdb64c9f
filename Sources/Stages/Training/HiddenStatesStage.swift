import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Training

/// `hidden-states`: what the frozen layers below an adapter make of the rows, computed once for all epochs.
enum HiddenStatesStage: StageKind {
    static let task = TrainStage.task
    static let model = TrainStage.model
    static let batchSize = EvaluateStage.batchSize

    static let declaration = StageDeclaration(
        kind: "hidden-states", version: 1, summary: "Compute the frozen layers below an adapter once for all epochs",
        discussion: """
            A method that touches the top layers alone, as LoRA with `layers_to_transform`, leaves what is below as it is: \
            the same rows give the same hidden states in every epoch. This stage computes them for the training and the \
            validation split. Given to `train` as `states`, they take the place of the layers below, which are then \
            without dropout. The files hold every token's vector: rows × tokens × width × 4 bytes in float32. The \
            settings `task`, `model` and `dtype` must be those of `train`.
            """,
        parameters: [
            task.declaration, model.declaration, ModelPrecision.parameter.declaration,
            WeightPrecision.parameter.declaration, batchSize.declaration,
        ],
        inputs: [
            InputDeclaration("tokens", .tokens, help: "The rows."),
            InputDeclaration("method", .method, help: "What is to be trained, and so which layers are not."),
            .model(),
        ],
        output: .always(.hiddenStates), compute: .tensors,
        example: """
            states:
              uses: hidden-states
              from: {tokens: tokens, method: method}
              with: {model: models/minilm}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let tokens = try TokenSet(context.input("tokens"))
        let task = try context.parameters[task]
        let learned = try LearnedTask(task, from: tokens)
        let tuned = try FreshModel(context, learned, base: try context.parameters[model], seed: 0).tuned
        let layers = FrozenLayers(of: tuned)
        guard layers.count > 0 else {
            throw StageFailure(
                "the method changes the first layer, or what stands in front of it: no layer is the same in every epoch",
                help: "touch the top layers alone, as `layers_to_transform` of lora does", place: .input("method"))
        }
        var writer = HiddenStatesFolder.Writer(
            layers, folder: context.output, batchSize: try context.parameters[batchSize])
        let start = ContinuousClock.now
        do {
            for split in [SplitName.train, .validation] {
                let examples = try tokens.examples(of: split)
                    .map { $0.encoded(for: task, labelCount: learned.labels.count) }
                try writer.write(examples, of: split, shouldStop: { context.isStopRequested }) { done in
                    context.progress(
                        StageProgress(
                            completed: done, total: examples.count,
                            details: ["\(split.rawValue) \(done)/\(examples.count) rows"]))
                }
            }
        } catch is TrainingStopped {
            throw StageStopped()
        } catch {
            throw StageFailure(error)
        }
        try writer.finish(base: try tuned.baseDigest())
        return StageReport(
            summary: "\(layers.count) layers",
            metrics: ["layers": .int(layers.count), "tokens": .int(writer.tokenCount)],
            measurements: [
                "seconds": .double((ContinuousClock.now - start) / .seconds(1)),
                "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }
}
