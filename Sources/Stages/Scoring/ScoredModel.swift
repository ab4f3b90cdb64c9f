import PEFT
import StageInterface
import Training

/// The model of a stage that scores or predicts, and what it computes.
enum ScoredModel {
    /// The model behind the input `adapter` or `model`.
    static func load(_ context: StageContext, parameter: Parameter<InputPath?>) throws -> any TunedModel {
        let source = try ModelSource(context)
        switch (context.inputs["adapter"], context.inputs["model"]) {
        case (let adapter?, nil):
            return try StageFailure.locating(parameter.declaration.name) {
                try source.tuned(adapter, base: try context.parameters[parameter])
            }
        case (nil, let model?):
            return try StageFailure.locating(parameter.declaration.name) { try source.whole(model) }
        default:
            throw StageFailure("connect either `adapter` or `model` under `from:`")
        }
    }

    /// The classes' scores of each example, and the seconds that took.
    static func logits(
        _ model: any TunedModel, for examples: [TokenizedExample], batchSize: Int, context: StageContext
    ) throws -> (logits: [[Float]], seconds: Double) {
        let start = ContinuousClock.now
        do {
            let logits = try Predictor(model: model, batchSize: batchSize).logits(
                for: examples.map(\.encoded),
                progress: { done in
                    context.progress(
                        StageProgress(
                            completed: done, total: examples.count, details: ["\(done)/\(examples.count) rows"]))
                }, shouldStop: { context.isStopRequested })
            let elapsed = ContinuousClock.now - start
            return (
                logits, Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
            )
        } catch is TrainingStopped {
            throw StageStopped()
        }
    }
}
