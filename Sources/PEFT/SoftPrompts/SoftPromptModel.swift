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

    init(base: any TransformerModel, method: any SoftPromptMethod, source: any PromptSource) {
        self.base = base
        self.method = method
        self.source = source
    }

    static var headPrefix: String { "base_model." }
    static var promptName: String { "prompt_embeddings" }

    var trainableParameters: [Parameter] { source.parameters + base.headParameters }
    var virtualTokenCount: Int { method.numVirtualTokens }

    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        let batch = input.shape[0]
        let count = method.numVirtualTokens
        let words =
            switch input.tokens {
            case .ids(let ids): try base.wordEmbeddings(ids)
            case .embeddings(let embeddings): embeddings
            }
        let prompt = try source.vectors(mode: mode).to(words.dtype)
            .unsqueezed(0).expanded(to: [batch, count, base.dimensions.hiddenSize])
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
        return try base.logits(for: extended, mode: mode)
    }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = [Self.promptName: try withoutGradients { try source.vectors(mode: .inference) }]
        for parameter in base.headParameters { tensors[Self.headPrefix + parameter.name] = parameter.value }
        let dimensions = base.dimensions
        let sizes: [String: JSONValue] = [
            "num_virtual_tokens": .int(method.numVirtualTokens),
            "token_dim": .int(dimensions.hiddenSize),
            "num_layers": .int(dimensions.layerCount),
            "num_attention_heads": .int(dimensions.attentionHeadCount),
            "num_transformer_submodules": 1,
        ]
        try AdapterFolder.write(
            tensors, configuration: method.fileConfiguration.merging(sizes) { $1 }, method: type(of: method),
            model: base, baseModelName: baseModelName, to: folder)
        // What the vectors are made by, so that training can go on.
        try (source as? PromptEncoder)?.save(to: folder)
    }

    func merge() throws {
        throw PEFTError(
            ["a soft prompt can't be merged: it is input that the model reads, no change of its weights"],
            help: "use the base model together with the adapter, or train with lora or full")
    }
}
