import JSONValues
package import Models
package import Tensors

/// Prefix tuning (Li and Liang 2021, arXiv:2101.00190): every layer attends to trained keys and values in front of its
/// own.
///
/// The parameters are PEFT's `PrefixTuningConfig`'s. With a projection, a small network makes the keys and values. PEFT
/// saves its outputs only; ours keeps the network beside them, so that training can go on.
package struct PrefixTuning: SoftPromptMethod, Hashable {
    package static var peftType: String { "PREFIX_TUNING" }

    package var numVirtualTokens: Int
    /// Whether keys and values are the outputs of a network.
    package var prefixProjection: Bool
    /// The network's width; nil is the width of all key heads.
    package var encoderHiddenSize: Int?
    /// Whether keys and values begin with zeros; else with N(0, 1).
    package var startsWithZeros = false

    package init(numVirtualTokens: Int, prefixProjection: Bool = false, encoderHiddenSize: Int? = nil) {
        self.numVirtualTokens = numVirtualTokens
        self.prefixProjection = prefixProjection
        self.encoderHiddenSize = encoderHiddenSize
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try Self.checkModel(model)
        let saved = try prepare(model, isTrainable: true)
        let layout = PrefixLayout(model.dimensions)
        let source: any PromptSource =
            if prefixProjection {
                try PrefixEncoder(self, layout: layout, device: model.device, generator: generator)
            } else {
                try PromptEmbedding(firstValues(layout, generator: generator).to(model.device), isTrainable: true)
            }
        for parameter in source.parameters { try parameter.setTrainable(true) }
        return PrefixModel(base: model, method: self, source: source, saved: saved)
    }

    private func firstValues(_ layout: PrefixLayout, generator: RandomGenerator) throws -> Tensor {
        let shape = [numVirtualTokens, layout.width]
        return startsWithZeros
            ? try Tensor.zeros(shape) : try Tensor.normal(shape, mean: 0, standardDeviation: 1, generator: generator)
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try Self.checkModel(model)
        let layout = PrefixLayout(model.dimensions)
        let (vectors, saved) = try readPrompt(for: model, from: source, width: layout.width)
        try prepare(model, saved: saved, isTrainable: source.isTrainable)
        guard source.isTrainable, prefixProjection else {
            let prompt = try PromptEmbedding(vectors, isTrainable: source.isTrainable)
            return PrefixModel(base: model, method: self, source: prompt, saved: saved)
        }
        let encoder = try PrefixEncoder(self, layout: layout, folder: source.folder, device: vectors.device)
        try encoder.check(against: vectors, folder: source.folder)
        for parameter in encoder.parameters { try parameter.setTrainable(true) }
        return PrefixModel(base: model, method: self, source: encoder, saved: saved)
    }

    /// PEFT refuses these, for want of a place for keys and values in their code.
    private static func checkModel(_ model: any TransformerModel) throws {
        guard model.modelType == "distilbert" else { return }
        throw PEFTError(
            ["prefix-tuning is not possible with distilbert: transformers' model takes no keys and values"],
            help: "use lora, ia3 or prompt-tuning")
    }
}

// MARK: - PEFT's files

extension PrefixTuning {
    package init(from configuration: inout ConfigurationReader) {
        let count = Self.readCommonKeys(&configuration)
        configuration.expect(
            "num_transformer_submodules", toBe: 1,
            because: "prefixes of models of an encoder and a decoder are not supported")
        self.init(
            numVirtualTokens: count,
            prefixProjection: configuration.bool("prefix_projection", default: false),
            encoderHiddenSize: configuration.optionalInteger("encoder_hidden_size", in: 1...1_000_000))
        switch configuration.any("init_weights") {
        case nil: break
        case "zero": startsWithZeros = true
        case let other?: configuration.report("`init_weights` is \(other.stringValue ?? other.kindDescription)")
        }
    }

    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [:]
        if prefixProjection { json["prefix_projection"] = true }
        if let encoderHiddenSize { json["encoder_hidden_size"] = .int(encoderHiddenSize) }
        return json
    }
}

/// How the keys and values of all layers lie in one vector of a virtual token: keys of layer 0, its values, keys of
/// layer 1, …; each head by head.
struct PrefixLayout {
    let layers: Int
    /// The heads of keys, which are fewer than those of queries where heads share them.
    let heads: Int
    let headSize: Int

    init(_ dimensions: ModelDimensions) {
        layers = dimensions.layerCount
        heads = dimensions.keyValueHeadCount
        headSize = dimensions.headSize
    }

    /// `token_dim`
    var tokenWidth: Int { heads * headSize }
    var width: Int { layers * 2 * tokenWidth }

    /// (V, width) → keys and values of each layer, (batch, heads, V, head size).
    func prefixes(_ vectors: Tensor, batch: Int) throws -> [ModelInput.KeyValuePrefix] {
        let count = vectors.shape[0]
        // (2 · layers, heads, V, head size)
        let parts = try vectors.reshaped([count, 2 * layers, heads, headSize]).permuted([1, 2, 0, 3])
        func part(_ index: Int) throws -> Tensor {
            try parts.selected(dim: 0, index: index).unsqueezed(0).expanded(to: [batch, heads, count, headSize])
        }
        return try (0..<layers).map { layer in
            ModelInput.KeyValuePrefix(keys: try part(2 * layer), values: try part(2 * layer + 1))
        }
    }
}
