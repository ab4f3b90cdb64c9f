import Models
import PEFT
import StageInterface
import Tensors

/// A base model with a method on it, as training begins with it: new, or as an adapter has it.
struct FreshModel {
    let tuned: any TunedModel
    /// How much faster the head is to learn, where nobody says.
    let headLearningRateFactor: Double

    /// Loads the base model in its precision and attaches the method of the input `method`, or what the input `adapter` has.
    ///
    /// - Parameter seed: of new weights.
    init(_ context: StageContext, _ learned: LearnedTask, base: InputPath, seed: Int) throws {
        let dtype = try context.parameters[ModelPrecision.parameter].dtype
        let quantization = try context.parameters[WeightPrecision.parameter].quantization
        if let adapter = context.inputs["adapter"] {
            (tuned, headLearningRateFactor) = try Self.trained(
                adapter, on: base, learned, source: try ModelSource(context, dtype: dtype, quantization: quantization))
            try Self.requireWideParameters(tuned)
            return
        }
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

    /// What an earlier training left, to be trained further as `PeftModel.from_pretrained(is_trainable=True)` has it.
    private static func trained(
        _ adapter: String, on base: InputPath, _ learned: LearnedTask, source: ModelSource
    ) throws -> (tuned: any TunedModel, headLearningRateFactor: Double) {
        let earlier = try TrainingRecord.learned(in: adapter)
        guard earlier == learned else {
            func spelled(_ learned: LearnedTask) -> String {
                learned.task.rawValue + (learned.labels.isEmpty ? "" : " of \(learned.labels.joined(separator: ", "))")
            }
            throw StageFailure(
                "the adapter was trained for \(spelled(earlier)), and the rows teach \(spelled(learned))",
                help:
                    "write the adapter's classes under `labels` in the data stage, in their order; what was learned of "
                    + "others is in `merge`'s model, on which a new head is trained",
                place: .input("adapter"))
        }
        guard AdapterLayout.isAdapter(adapter) else {
            let whole = try StageFailure.locating("model") { try source.base(at: adapter, learned, seed: 0).model }
            let method = FullFineTuning()
            return (
                try method.attach(to: whole, generator: try RandomGenerator(seed: 0)), method.headLearningRateFactor
            )
        }
        let model = try StageFailure.locating("model") { try source.base(at: base.path, learned, seed: 0).model }
        do {
            return (
                try AdapterFolder.load(adapter, onto: model, isTrainable: true),
                try AdapterFolder.readMethod(adapter).headLearningRateFactor
            )
        } catch {
            throw StageFailure(error, at: .input("adapter"))
        }
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
