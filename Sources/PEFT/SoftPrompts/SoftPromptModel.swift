import JSONValues
import Models
import Tensors

/// A model that reads V trained vectors in front of every sequence: [prompt; word embeddings].
///
/// A model that pools its first position, as BERT, then pools the first virtual token. That is what PEFT does.
final class SoftPromptModel: TunedModel {
    let base: any TransformerModel
    let source: any PromptSource
    private let method: any SoftPromptMethod
    private let saved: SavedModules

    init(
        base: any TransformerModel, method: any SoftPromptMethod, source: any PromptSource, saved: SavedModules
    ) {
        self.base = base
        self.method = method
        self.source = source
        self.saved = saved
    }

    static var headPrefix: String { "base_model." }
    static var promptName: String { "prompt_embeddings" }

    var trainableParameters: [Parameter] { source.parameters + saved.all }
    var virtualTokenCount: Int { method.numVirtualTokens }

    var virtualLogitCount: Int {
        switch base.task {
        // The answer's positions are the decoder's; a row has one place.
        case .sequenceClassification, .sequenceToSequence: 0
        case .tokenClassification, .maskedLanguageModelling, .causalLanguageModelling: method.numVirtualTokens
        }
    }

    func baseInput(for input: ModelInput, mode: ForwardMode) throws -> (input: ModelInput, mode: ForwardMode) {
        // A few vectors cannot overfit what is frozen, and learn little through its noise.
        let baseMode = method.baseDropout ? mode : .inference
        // The vectors have been read.
        if let cache = input.cache, !cache.isEmpty { return (input, baseMode) }
        let batch = input.shape[0]
        let count = method.numVirtualTokens
        let words =
            switch input.tokens {
            case .ids(let ids): try base.wordEmbeddings(ids)
            case .embeddings(let embeddings): embeddings
            case .states: throw PEFTError(["a prompt has no place in front of hidden states"])
            }
        var vectors = try source.vectors(mode: mode)
        if method.numTransformerSubmodules > 1 { vectors = try vectors.narrowed(dim: 0, start: 0, length: count) }
        // A model's scale of words is in PEFT's vectors, and still to come here.
        if base.embeddingScale != 1 { vectors = try vectors / base.embeddingScale }
        let prompt = try vectors.to(words.dtype)
            .unsqueezed(0).expanded(to: [batch, count, base.dimensions.embeddingSize])
        var extended = input
        extended.tokens = .embeddings(try Tensor.concatenated([prompt, words], dim: 1))
        extended.attentionMask = try input.attentionMask.map { mask in
            let visible = try Tensor.ones([batch, count], dtype: mask.dtype, device: mask.device)
            return try Tensor.concatenated([visible, mask], dim: 1)
        }
        extended.tokenTypeIDs = try input.tokenTypeIDs.map { types in
            let zeros = try Tensor.zeros([batch, count], dtype: types.dtype, device: types.device)
            return try Tensor.concatenated([zeros, types], dim: 1)
        }
        return (extended, baseMode)
    }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        tensors[Self.promptName] = try withoutGradients { try source.vectors(mode: .inference) }
        let dimensions = base.dimensions
        let sizes: [String: JSONValue] = [
            "num_virtual_tokens": .int(method.numVirtualTokens),
            "token_dim": .int(dimensions.embeddingSize),
            "num_layers": .int(dimensions.layerCount),
            "num_attention_heads": .int(dimensions.attentionHeadCount),
            "num_transformer_submodules": .int(method.numTransformerSubmodules),
        ]
        try AdapterWriter(model: base, method: type(of: method), baseModelName: baseModelName).write(
            tensors, configuration: method.fileConfiguration.merging(sizes) { $1 }, saved: saved,
            fingerprint: baseFingerprint(), to: folder)
        // What the vectors are made by, so that training can go on.
        try (source as? PromptEncoder)?.save(to: folder)
    }

    func merge() throws {
        throw PEFTError(
            ["a soft prompt can't be merged: it is input that the model reads, no change of its weights"],
            help: "use the base model together with the adapter, or train with lora or full")
    }
}
