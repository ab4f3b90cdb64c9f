import JSONValues
import Models
import Tensors

/// A method that trains vectors in front of the input and leaves the model as it is.
protocol SoftPromptMethod: PEFTMethod {
    /// V
    var numVirtualTokens: Int { get }
    /// 2 in PEFT's files for models of an encoder and a decoder: they hold V vectors for each, of which only those of
    /// the encoder are read.
    var numTransformerSubmodules: Int { get }
    /// Whether the frozen model drops activations while the prompt is trained.
    var baseDropout: Bool { get }
    /// What `adapter_config.json` says of the method itself.
    var fileConfiguration: [String: JSONValue] { get }
}

extension SoftPromptMethod {
    var baseDropout: Bool { true }
    var numTransformerSubmodules: Int { 1 }
    /// The vectors that a file holds.
    var totalVirtualTokens: Int { numVirtualTokens * numTransformerSubmodules }

    /// Freezes the model but for its head, which is trained too.
    func prepare(_ model: any TransformerModel, isTrainable: Bool) throws -> SavedModules {
        let saved = try SavedModules(of: model, prefix: SoftPromptModel.headPrefix, isStrict: true)
        try prepare(model, saved: saved, isTrainable: isTrainable)
        return saved
    }

    func prepare(_ model: any TransformerModel, saved: SavedModules, isTrainable: Bool) throws {
        if model.task.peftName == nil {
            throw PEFTError(
                ["\(Self.peftType) is not possible for \(model.task.rawValue): PEFT has no `task_type` for it"],
                help: "use lora or ia3")
        }
        let dimensions = model.dimensions
        guard numVirtualTokens >= 1, numVirtualTokens < dimensions.maximumLength else {
            throw PEFTError([
                "num_virtual_tokens is \(numVirtualTokens), expected at least 1 and less than the model's "
                    + "\(dimensions.maximumLength) positions"
            ])
        }
        try saved.freezeOthers(in: model, isTrainable: isTrainable)
    }

    /// The embeddings of words drawn at random, each with the same probability, (V, d).
    func sampledWords(of model: any TransformerModel, generator: RandomGenerator) throws -> Tensor {
        let vocabularySize = model.dimensions.vocabularySize
        let places = try Tensor.uniform([totalVirtualTokens], low: 0, high: 1, generator: generator).floats()
        return try words(
            places.map { min(Int(Double($0) * Double(vocabularySize)), vocabularySize - 1) }, of: model)
    }

    /// The embeddings of words as PEFT keeps them: with the model's scale.
    func words(_ ids: [Int], of model: any TransformerModel) throws -> Tensor {
        try withoutGradients {
            let words = try model.wordEmbeddings(try Tensor(ids, shape: [ids.count]).to(model.device)).to(.float32)
            return try (words * model.embeddingScale).copy()
        }
    }

    /// Reads the head, and the vectors (V, width) that a file of every soft prompt has.
    func readPrompt(
        for model: any TransformerModel, from source: AdapterSource, width: Int
    ) throws -> (vectors: Tensor, saved: SavedModules) {
        if numTransformerSubmodules != 1, model.task != .sequenceToSequence {
            throw PEFTError(
                [
                    "num_transformer_submodules is \(numTransformerSubmodules), but `\(model.modelType)` has no decoder apart"
                ],
                help: "the adapter is for a model of an encoder and a decoder")
        }
        let saved = try SavedModules(
            of: model, extra: source.header.effectiveModulesToSave, prefix: SoftPromptModel.headPrefix, isStrict: false)
        try saved.read(from: source.tensors, for: model)
        let vectors = try source.tensors.parameter(
            SoftPromptModel.promptName, shape: [totalVirtualTokens, width], role: .embedding
        ).value
        return (vectors, saved)
    }

    /// What `adapter_config.json` says of every soft prompt.
    static func readCommonKeys(_ configuration: inout ConfigurationReader) -> Int {
        // The model's own sizes are known, and the tensors' shapes are checked against them.
        configuration.ignore(["num_attention_heads", "num_layers", "token_dim"])
        return configuration.integer("num_virtual_tokens", in: 1...1_000_000)
    }

    static func readSubmodules(_ configuration: inout ConfigurationReader) -> Int {
        configuration.integer("num_transformer_submodules", default: 1, in: 1...2)
    }
}
