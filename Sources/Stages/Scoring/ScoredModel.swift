import PEFT
import StageInterface
import Tensors
import Training

/// The model of a stage that scores or predicts, and what it computes.
enum ScoredModel {
    /// The model behind the input `adapter` or `model`.
    ///
    /// - Parameters:
    ///   - dtype: the type of a base model's weights, and of a whole one's.
    ///   - quantization: how their layers' weights are kept.
    static func load(
        _ context: StageContext, parameter: Parameter<InputPath?>, dtype: DType = .float32,
        quantization: Quantization? = nil
    ) throws -> any TunedModel {
        let source = try ModelSource(context, dtype: dtype, quantization: quantization)
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

    /// Computes something of each example, with progress, and tells the seconds that it took.
    ///
    /// - Parameter compute: is to call the first function with the examples done, and stop when the second says so.
    static func timed<Result>(
        _ examples: [EncodedExample], context: StageContext,
        _ compute: ((Int) -> Void, () -> Bool) throws -> [Result]
    ) throws -> (results: [Result], seconds: Double) {
        let start = ContinuousClock.now
        do {
            let results = try compute(
                { done in
                    context.progress(
                        StageProgress(
                            completed: done, total: examples.count, details: ["\(done)/\(examples.count) rows"]))
                }, { context.isStopRequested })
            return (results, (ContinuousClock.now - start) / .seconds(1))
        } catch is TrainingStopped {
            throw StageStopped()
        }
    }

    /// The scores of each example.
    static func logits(
        _ model: any TunedModel, for examples: [EncodedExample], batchSize: Int, context: StageContext
    ) throws -> (logits: [[Float]], seconds: Double) {
        let predictor = Predictor(model: model, batchSize: batchSize)
        let (logits, seconds) = try timed(examples, context: context) {
            try predictor.logits(for: examples, progress: $0, shouldStop: $1)
        }
        return (logits, seconds)
    }
}
