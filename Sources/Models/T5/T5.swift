import Tensors

/// T5 (Raffel et al. 2020, arXiv:1910.10683): an encoder that reads a text and a decoder that writes an answer, with
/// positions told by the distance of tokens.
enum T5: ModelArchitecture {
    static var modelTypes: [String] { ["t5"] }

    static func load(
        folder: String, options: ModelOptions, layersOf other: (any TransformerModel)?
    ) throws -> LoadedModel {
        let configuration = try T5Configuration(folder: folder)
        guard options.task == .sequenceToSequence else {
            throw ModelError(
                path: ModelFolder.configurationPath(in: folder),
                ["`t5` has no head for \(options.task.rawValue)"],
                help: "its task is \(ModelTask.sequenceToSequence.rawValue)")
        }
        guard !options.isNew else { throw ModelError(["new weights for `t5` are not supported"]) }
        // There is one task, and so one head.
        if let other { return LoadedModel(model: other, notices: []) }
        let file = try ShardedSafetensors(folder: folder)
        // Copies of the word embeddings, and a bias that old files have and nothing reads.
        var unused = ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight"]
        unused.append("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight")
        if configuration.isTied { unused.append("lm_head.weight") }
        let weights = WeightReader(
            path: folder, source: file, dtype: options.dtype, quantization: options.quantization,
            device: options.device, canonicalName: { unused.contains($0) ? nil : $0 })
        let model = try T5Model(configuration, from: weights)
        try weights.finish(help: "config.json and the weights must be those of one and the same t5 model")
        return LoadedModel(model: model, notices: [])
    }
}

/// T5 with its language model's head.
final class T5Model: TransformerModel {
    private let configuration: T5Configuration
    private let words: Embedding
    private let encoder: Stack
    private let decoder: Stack
    let outputLayer: Linear?
    var recomputesLayers = false

    init(_ configuration: T5Configuration, from weights: WeightReader) throws {
        self.configuration = configuration
        words = try Embedding(
            "shared", entries: configuration.vocabularySize, width: configuration.width, from: weights)
        encoder = try Stack("encoder", isDecoder: false, configuration, from: weights)
        decoder = try Stack("decoder", isDecoder: true, configuration, from: weights)
        outputLayer =
            configuration.isTied || !weights.contains("lm_head.weight")
            ? nil
            : try Linear(
                LinearDescription(
                    name: "lm_head", inputs: configuration.width, outputs: configuration.vocabularySize, hasBias: false),
                from: weights)
    }

    var modelType: String { T5.modelTypes[0] }
    var task: ModelTask { .sequenceToSequence }
    var problemType: ProblemType { .singleLabel }
    var labels: [String] { [] }
    var paddingID: Int { configuration.paddingID }
    var decoderStartID: Int? { configuration.decoderStartID }
    var head: [Linear] { [] }
    var wordEmbeddings: Embedding { words }
    var tiedNames: [String] { outputLayer == nil ? ["lm_head.weight"] : [] }
    var embeddings: [Embedding] { [words] }
    var linears: [Linear] { encoder.linears + decoder.linears + (outputLayer.map { [$0] } ?? []) }

    var parameters: [Parameter] {
        [words.weight] + encoder.parameters + decoder.parameters + (outputLayer?.parameters ?? [])
    }

    var dimensions: ModelDimensions { configuration.dimensions }

    func states(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        guard let decoderIDs = input.decoderIDs else {
            throw ModelError(["a model of an encoder and a decoder needs what the decoder has said so far"])
        }
        let encoded: (states: Tensor, mask: AttentionMask) =
            try input.cache?.encoded.map { ($0.states, $0.mask) } ?? encoding(of: input, mode)
        if let cache = input.cache, cache.isEmpty {
            cache.begin(layers: configuration.decoderLayerCount)
            cache.encoded = KeyValueCache.EncodedText(
                states: encoded.states, mask: encoded.mask,
                layers: cache.layers.map { _ in LayerMemory(isFixed: true) })
        }
        var states = try decoder(
            try words(decoderIDs), mask: input.decoderMask, encoded: encoded, cache: input.cache,
            recomputesLayers: recomputesLayers, mode: mode)
        if input.lastOnly { states = try states.narrowed(dim: 1, start: states.shape[1] - 1, length: 1) }
        return configuration.scalesOutputs ? try states * (1 / Double(configuration.width).squareRoot()) : states
    }

    /// The decoder reads words of its own, so that nothing is in front of all else.
    var frozenLayerCount: Int { 0 }

    func states(for input: ModelInput, inFrontOf layer: Int) throws -> Tensor {
        throw Self.noParts
    }

    private static var noParts: ModelError {
        ModelError(["the layers of an encoder and a decoder can't be computed in part"])
    }

    func logits(of states: Tensor, mode: ForwardMode) throws -> Tensor {
        if let outputLayer { return try outputLayer(states, mode: mode) }
        return try NN.linear(states, weight: words.weight.value)
    }

    /// What the encoder makes of the tokens, and which of it is seen.
    private func encoding(of input: ModelInput, _ mode: ForwardMode) throws -> (states: Tensor, mask: AttentionMask) {
        let texts =
            switch input.tokens {
            case .ids(let ids): try words(ids)
            case .embeddings(let embeddings): try embeddings.to(words.weight.value.dtype)
            case .states: throw Self.noParts
            }
        let encoded = try encoder(
            texts, mask: input.attentionMask, encoded: nil, recomputesLayers: recomputesLayers, mode: mode)
        let seen = try SequenceLayout(
            batch: encoded.shape[0], length: encoded.shape[1], mask: input.attentionMask, prefixLength: 0,
            dtype: encoded.dtype, device: device
        ).attentionMask(isCausal: false, window: nil)
        return (encoded, seen)
    }

    func save(to folder: String) throws {
        try ModelFolder.write(
            configuration: configuration.json, architecture: "T5ForConditionalGeneration", labels: [],
            problemType: nil, parameters: parameters, to: folder)
    }
}

extension T5Model {
    /// The encoder or the decoder.
    private final class Stack {
        private let bias: RelativePositionBias
        private let layers: [T5Layer]
        private let norm: Norm
        private let isDecoder: Bool
        private let dropout: Double

        init(_ name: String, isDecoder: Bool, _ configuration: T5Configuration, from weights: WeightReader) throws {
            self.isDecoder = isDecoder
            dropout = configuration.dropout
            let count = isDecoder ? configuration.decoderLayerCount : configuration.encoderLayerCount
            bias = try RelativePositionBias(
                "\(name).block.0.layer.0.SelfAttention.relative_attention_bias",
                bucketCount: configuration.bucketCount, maximumDistance: configuration.maximumDistance,
                headCount: configuration.headCount, isBidirectional: !isDecoder, from: weights)
            layers = try (0..<count).map {
                try T5Layer("\(name).block.\($0)", isDecoder: isDecoder, configuration, from: weights)
            }
            norm = try Norm(
                NormDescription(
                    name: "\(name).final_layer_norm", kind: .rootMeanSquare(offset: 0), width: configuration.width,
                    epsilon: configuration.epsilon), from: weights)
        }

        var linears: [Linear] { layers.flatMap(\.linears) }
        var parameters: [Parameter] { bias.parameters + layers.flatMap(\.parameters) + norm.parameters }

        /// (batch, length, d) → (batch, length, d)
        func callAsFunction(
            _ states: Tensor, mask: Tensor?, encoded: (states: Tensor, mask: AttentionMask)?,
            cache: KeyValueCache? = nil, recomputesLayers: Bool, mode: ForwardMode
        ) throws -> Tensor {
            func dropped(_ states: Tensor) throws -> Tensor {
                try NN.dropout(states, probability: dropout, training: mode == .training)
            }
            let layout = try SequenceLayout(
                batch: states.shape[0], length: states.shape[1], mask: mask, prefixLength: cache?.length ?? 0,
                isContinued: cache != nil, dtype: states.dtype, device: states.device)
            let scores = try biased(layout)
            var states = try dropped(states)
            for (index, layer) in layers.enumerated() {
                let memory = cache.flatMap { cache in
                    cache.encoded.map { (cache.layers[index], $0.layers[index]) }
                }
                // Gradients pass to what all layers share, too. Of the encoder's result each layer has a view, so that
                // its gradients are summed by layers in either case.
                let inputs = try [states, scores] + (encoded.map { try [$0.states.reshaped($0.states.shape)] } ?? [])
                states = try LayerRecomputation.output(of: inputs, recomputes: recomputesLayers) { inputs in
                    try layer(
                        inputs[0], mask: AttentionMask(tensor: inputs[1], isCausal: false),
                        encoded: encoded.map { (states: inputs[2], mask: $0.mask) }, memory: memory, mode: mode)
                }
            }
            return try dropped(try norm(states))
        }

        /// What is added to scores, (batch or 1, heads, length, length): biases, and minus infinity where nothing is seen.
        private func biased(_ layout: SequenceLayout) throws -> Tensor {
            var scores = try bias(layout)
            if let mask = try layout.explicitMask(isCausal: isDecoder) {
                let shape = [
                    max(mask.shape[0], scores.shape[0]), scores.shape[1], layout.length,
                    layout.prefixLength + layout.length,
                ]
                scores = try scores.expanded(to: shape)
                    .maskedFill(try mask.logicalNot(), -Double.infinity)
            }
            return scores
        }
    }
}
