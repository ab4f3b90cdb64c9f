import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Tensors

/// Where a stage's model comes from: an adapter on its base, or a model folder.
struct ModelSource {
    /// What is read of a base model's folder to compute with it.
    static let modelFiles = [
        "config.json", "model.safetensors", "model.safetensors.index.json",
    ]

    private let context: StageContext
    private let device: Device
    /// The type of base models, and of whole ones.
    private let dtype: DType
    /// How their layers' weights are kept.
    private let quantization: Quantization?

    init(_ context: StageContext, dtype: DType = .float32, quantization: Quantization? = nil) throws {
        self.context = context
        self.dtype = dtype
        self.quantization = quantization
        device = try Self.prepare(context.numerics)
    }

    /// Sets LibTorch up as the numerics class says.
    static func prepare(_ numerics: NumericsClass) throws -> Device {
        try LibTorch.setThreadCount(numerics.threads)
        return try Device(parsing: numerics.device)
    }

    /// A base model with a head for what is learned.
    ///
    /// - Parameter other: one that was read from the folder before, and whose layers this one has too.
    func base(
        at folder: String, _ learned: LearnedTask, seed: Int, layersOf other: (any TransformerModel)? = nil
    ) throws -> LoadedModel {
        try ModelArchitectures.load(
            folder: folder,
            options: ModelOptions(
                task: learned.task, labels: learned.task.hasClasses ? learned.labels : nil,
                problemType: learned.problemType, dtype: dtype, quantization: quantization, device: device,
                generator: try RandomGenerator(seed: UInt64(bitPattern: Int64(seed)))), layersOf: other)
    }

    /// What an `adapter` artifact stands for: its adapter on the base, or the whole model that full fine-tuning left.
    func tuned(_ adapter: String, base: InputPath?) throws -> any TunedModel {
        guard AdapterLayout.isAdapter(adapter) else { return try whole(adapter) }
        let learned = try TrainingRecord.learned(in: adapter)
        guard let base else {
            throw StageFailure(
                "the adapter's base model is not known", help: "write `model:` with the base model's folder")
        }
        return try AdapterFolder.load(adapter, onto: try self.base(at: base.path, learned, seed: 0).model)
    }

    /// A whole model, as transformers and `merge` write it.
    func whole(_ folder: String) throws -> any TunedModel {
        let generator = try RandomGenerator(seed: 0)
        let task = try ModelArchitectures.task(in: folder) ?? .sequenceClassification
        let model = try ModelArchitectures.load(
            folder: folder,
            options: ModelOptions(
                task: task, dtype: dtype, quantization: quantization, device: device, generator: generator)
        ).model
        return FullFineTuning.tuned(model)
    }
}

/// What an `adapter` artifact may hold.
enum AdapterLayout {
    /// PEFT's files rather than those of mlx-lm.
    static func isPEFT(_ folder: String) -> Bool {
        FileManager.default.fileExists(
            atPath: URL(fileURLWithPath: folder).appending(path: "adapter_model.safetensors").path)
    }

    /// PEFT's layout rather than a whole model.
    static func isAdapter(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: URL(fileURLWithPath: folder).appending(path: "adapter_config.json").path)
    }
}
