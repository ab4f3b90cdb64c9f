import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Training

/// The examples and losses of `Golden/losses.json`.
struct TrainingGolden: Decodable {
    struct Example: Decodable {
        let ids: [Int32]
        let types: [Int32]
        let label: Int
    }

    let examples: [Example]
    /// The loss of each step, by method.
    let losses: [String: [Double]]
    /// The learning rate of each step.
    let rates: [Double]

    static let adapters = ["lora", "prompt-tuning", "p-tuning-mlp", "p-tuning-lstm"]

    static func read() throws -> TrainingGolden {
        try JSONDecoder().decode(TrainingGolden.self, from: try golden("losses.json"))
    }

    var encoded: [EncodedExample] {
        examples.map { EncodedExample(ids: $0.ids, tokenTypeIDs: $0.types, label: $0.label) }
    }

    /// The training that the script runs.
    static var configuration: TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.epochs = 2
        configuration.batchSize = 3
        configuration.gradientAccumulationSteps = 2
        configuration.learningRate = 0.02
        configuration.weightDecay = 0.1
        configuration.warmup = .steps(2)
        configuration.seed = 7
        return configuration
    }

    /// Trains a model so, or a part of the way.
    ///
    /// - Parameter stop: the step after which it is asked to stop.
    /// - Returns: the loss of each step.
    static func train(
        _ model: any TunedModel, recomputes: Bool = false, checkpoint: String? = nil, stopsAt stop: Int? = nil
    ) throws -> [Double] {
        var configuration = configuration
        configuration.recomputesLayers = recomputes
        var step = 0
        return try Trainer(model: model, configuration: configuration, training: read().encoded)
            .run(checkpointPath: checkpoint, progress: { step = $0.step }, shouldStop: { step == stop }).losses
    }
}

/// A file of the folder Golden.
func golden(_ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(components: "Golden", name))
}

/// A tiny BERT with this dropout.
func tinyBERT(
    dropout: Double, dtype: DType = .float32, quantization: Quantization? = nil
) throws -> any TransformerModel {
    // Matrices this small gain nothing from threads, and lose much while tests share the processors.
    try LibTorch.setThreadCount(1)
    return try withTemporaryFolder { folder in
        try TinyBERT.copy(to: folder) {
            $0["hidden_dropout_prob"] = dropout
            $0["attention_probs_dropout_prob"] = dropout
        }
        let options = ModelOptions(
            dtype: dtype, quantization: quantization, generator: try RandomGenerator(seed: 1))
        return try ModelArchitectures.load(folder: folder.path, options: options).model
    }
}

/// Takes ranks over most of eight steps.
private let shortBudget: AdaLoRA.Budget = {
    var budget = AdaLoRA.Budget()
    budget.tinit = 1
    budget.tfinal = 2
    budget.deltaT = 2
    return budget
}()

/// LoRA that begins with a part of the weights.
private func principal(_ initialisation: LoRA.Initialisation) -> LoRA {
    var method = LoRA(r: 2, loraAlpha: 3, targetModules: .names(["query", "value"]))
    method.initLoRAWeights = initialisation
    return method
}

/// Methods that begin anew, by names.
let newMethods: [String: any FineTuningMethod] = [
    "dora": LoRA(
        r: 2, loraDropout: 0.1, targetModules: .names(["query", "value", "word_embeddings"]), useDoRA: true,
        bias: .all),
    "adalora": AdaLoRA(
        targetR: 1, initR: 3, loraDropout: 0.1, targetModules: .names(["query", "value"]), budget: shortBudget),
    "bitfit": BitFit(), "head": HeadOnly(),
    "pissa": principal(.pissa), "olora": principal(.olora),
    "vera": VeRA(r: 4, targetModules: .names(["query", "value"]), veraDropout: 0.1),
    "ia3": IA3(targetModules: .names(["key", "output.dense"]), feedforwardModules: .names(["output.dense"])),
    "prefix-tuning": PrefixTuning(numVirtualTokens: 3),
    "prefix-projection": PrefixTuning(numVirtualTokens: 3, prefixProjection: true, encoderHiddenSize: 5),
]

/// A tiny BERT with the adapter that PEFT made, to be trained further; `full` is full fine-tuning.
///
/// - Parameter prepare: changes the model before.
func tunedTinyBERT(
    _ name: String, dropout: Double, dtype: DType = .float32, quantization: Quantization? = nil,
    prepare: (any TransformerModel) throws -> Void = { _ in }
) throws -> any TunedModel {
    let model = try tinyBERT(dropout: dropout, dtype: dtype, quantization: quantization)
    try prepare(model)
    if name == "full" { return try FullFineTuning().attach(to: model, generator: try RandomGenerator(seed: 1)) }
    if let method = newMethods[name] {
        return try method.attach(to: model, generator: try RandomGenerator(seed: 1))
    }
    let adapters = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(components: "PEFTTests", "Golden", name)
    return try AdapterFolder.load(adapters.path, onto: model, isTrainable: true)
}

extension TunedModel {
    /// The values of everything that is trained.
    func trainedValues() throws -> [[Float]] {
        try trainableParameters.map { try $0.value.floats() }
    }
}
