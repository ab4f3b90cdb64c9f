import Models
import PEFT
import StageInterface
import Tensors

/// A base model with a method on it, as training begins with it.
struct FreshModel {
    let tuned: any TunedModel
    /// How much faster the head is to learn, where nobody says.
    let headLearningRateFactor: Double

    /// Loads the base model in its precision and attaches the method of the input `method`.
    ///
    /// - Parameter seed: of new weights.
    init(_ context: StageContext, _ learned: LearnedTask, base: InputPath, seed: Int) throws {
        let dtype = try context.parameters[ModelPrecision.parameter].dtype
        let quantization = try context.parameters[WeightPrecision.parameter].quantization
        let loaded = try StageFailure.locating("model") {
            try ModelSource(context, dtype: dtype, quantization: quantization)
                .base(at: base.path, learned, seed: seed)
        }
        for notice in loaded.notices { context.note(notice) }
        let (kind, parameters) = try Methods.read(in: context.input("method"))
        do {
            let method = try kind.method(parameters, for: loaded.model.dimensions)
            let generator = try RandomGenerator(seed: UInt64(bitPattern: Int64(seed)) &+ 1)
            tuned = try method.attach(to: loaded.model, generator: generator)
            headLearningRateFactor = method.headLearningRateFactor
        } catch {
            throw StageFailure(error, at: .input("method"))
        }
        try Self.requireWideParameters(tuned)
    }

    /// What is trained must not be rounded to a narrow type: small steps would be lost.
    private static func requireWideParameters(_ tuned: any TunedModel) throws {
        let narrow = tuned.trainableParameters.filter { $0.value.dtype != .float32 }
        guard let first = narrow.first else { return }
        let others = narrow.count > 1 ? " and \(narrow.count - 1) more" : ""
        throw StageFailure(
            "the method trains weights of the base model, `\(first.name)`\(others), which would be rounded",
            help: "write `dtype: float32`, or train an adapter alone", place: .parameter(["dtype"]))
    }
}
