import JSONValues

/// What LLaMA and its successors share: norms by the root of the mean square before each part, rotated queries and keys
/// with shared key heads, a gated feed-forward network.
struct LLaMAFamily {
    /// The class in transformers without its task: `Llama`.
    var name: String
    var hiddenSize = 4096
    var keyValueHeads: Int?
    var intermediateSize = 11008
    var vocabularySize = 32000
    var maximumLength = 2048
    var normEpsilon = 1e-6
    var headSize: Int?
    var rotaryBase = 10_000.0
    var rotaryShare = 1.0
    /// The kinds of rotation that there are and what each is called here; nil for all.
    var rotaryKinds: [String: String]?
    /// The length of pretraining, where a file has it beside the parameters of the rotation.
    var originalLength: Int?
    var isTied = false
    var activation = Activation.silu
    var activationKey = "hidden_act"
    /// Biases of the query, key and value, and of the attention's output.
    var inputBias = false
    var outputBias = false
    var feedForwardBias = false
    var normalizesHeads = false
    /// Whether queries, keys and values are one layer, and gate and up another (Phi-3).
    var isJoined = false
    var dropout = 0.0
    var embeddingDropout = 0.0
    /// How many positions each layer sees; nil is no limit.
    var window: (Int) -> Int? = { _ in nil }
    /// What is added to the gain of norms.
    var normOffset = 0.0
    var scalesEmbeddings = false

    func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        let width = reader.integer("hidden_size", default: hiddenSize, in: 1...131_072)
        let heads = reader.integer("num_attention_heads", default: 32, in: 1...1024)
        let shared = reader.optionalInteger("num_key_value_heads", in: 1...1024) ?? keyValueHeads ?? heads
        let size = reader.optionalInteger("head_dim", in: 1...4096) ?? headSize ?? width / heads
        let layerCount = reader.integer("num_hidden_layers", default: 32, in: 1...1000)
        let vocabulary = reader.integer("vocab_size", default: vocabularySize, in: 1...10_000_000)
        let length = reader.integer("max_position_embeddings", default: maximumLength, in: 1...100_000_000)
        let inner = reader.integer("intermediate_size", default: intermediateSize, in: 1...1_000_000)
        let epsilon = reader.number("rms_norm_eps", default: normEpsilon, in: 0...1)
        let activation = reader.choice(activationKey, default: activation)
        let attentionDropout = reader.number("attention_dropout", default: 0, in: 0...1)
        let isTied = reader.bool("tie_word_embeddings", default: isTied)
        let rotation = reader.rotation(
            headSize: size, base: rotaryBase, share: rotaryShare, maximumLength: length,
            originalLength: originalLength, kinds: rotaryKinds)
        reader.expectNoCrossAttention()
        if heads % shared != 0 {
            reader.report("`num_attention_heads` \(heads) is not a multiple of `num_key_value_heads` \(shared)")
        }
        func norm(_ name: String, _ width: Int) -> NormDescription {
            NormDescription(
                name: name, kind: .rootMeanSquare(offset: normOffset), width: width, epsilon: epsilon)
        }
        func layer(_ index: Int) -> LayerDescription {
            let name = "model.layers.\(index)"
            func linear(_ path: String, _ inputs: Int, _ outputs: Int, _ hasBias: Bool) -> LinearDescription {
                LinearDescription(name: "\(name).\(path)", inputs: inputs, outputs: outputs, hasBias: hasBias)
            }
            let attention = AttentionDescription(
                projections: isJoined
                    ? .joined(linear("self_attn.qkv_proj", width, (heads + 2 * shared) * size, inputBias))
                    : .separate(
                        query: linear("self_attn.q_proj", width, heads * size, inputBias),
                        key: linear("self_attn.k_proj", width, shared * size, inputBias),
                        value: linear("self_attn.v_proj", width, shared * size, inputBias)),
                output: linear("self_attn.o_proj", heads * size, width, outputBias), headCount: heads,
                keyValueHeadCount: shared, headSize: size, dropout: attentionDropout, isCausal: true,
                window: window(index), rotation: rotation,
                queryNorm: normalizesHeads ? norm("\(name).self_attn.q_norm", size) : nil,
                keyNorm: normalizesHeads ? norm("\(name).self_attn.k_norm", size) : nil)
            let feedForward = FeedForwardDescription(
                shape: isJoined
                    ? .joinedGate(linear("mlp.gate_up_proj", width, 2 * inner, feedForwardBias))
                    : .gated(
                        gate: linear("mlp.gate_proj", width, inner, feedForwardBias),
                        up: linear("mlp.up_proj", width, inner, feedForwardBias)),
                down: linear("mlp.down_proj", inner, width, feedForwardBias), activation: activation)
            return LayerDescription(
                layout: .normBefore, attention: attention, attentionNorm: norm("\(name).input_layernorm", width),
                feedForward: feedForward, feedForwardNorm: norm("\(name).post_attention_layernorm", width),
                dropout: dropout)
        }
        return TransformerDescription(
            modelType: reader.modelType,
            dimensions: ModelDimensions(
                hiddenSize: width, embeddingSize: width, layerCount: layerCount, attentionHeadCount: heads,
                keyValueHeadCount: shared, headSize: size, vocabularySize: vocabulary, maximumLength: length,
                tokenTypeCount: 1),
            embeddings: EmbeddingsDescription(
                words: "model.embed_tokens", vocabularySize: vocabulary, width: width, positions: .none,
                dropout: embeddingDropout, scale: scalesEmbeddings ? Double(width).squareRoot() : 1),
            layers: (0..<layerCount).map(layer), finalNorm: norm("model.norm", width),
            heads: DecoderHeads.heads(name, width: width, output: "lm_head", isTied: isTied),
            naming: TensorNaming(
                basePrefix: "model.", bufferSuffixes: [".rotary_emb.inv_freq"], headPrefixes: ["lm_head.", "score."]),
            initializerRange: reader.number("initializer_range", default: 0.02, in: 0...1),
            paddingID: reader.paddingID(vocabulary, default: 0), labels: reader.labels(),
            problemType: reader.problemType(), json: reader.json)
    }
}
