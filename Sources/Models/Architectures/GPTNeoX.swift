/// GPT-NeoX (Black et al. 2022, arXiv:2204.06745) and Pythia: attention and feed-forward side by side, part of each head
/// turned by its position.
enum GPTNeoX: DescribedArchitecture {
    static var modelTypes: [String] { ["gpt_neox"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        let width = reader.integer("hidden_size", default: 6144, in: 1...65536)
        let heads = reader.headCount("num_attention_heads", default: 64, width: width, widthKey: "hidden_size")
        let layerCount = reader.integer("num_hidden_layers", default: 44, in: 1...1000)
        let inner = reader.integer("intermediate_size", default: 24576, in: 1...262_144)
        let vocabulary = reader.integer("vocab_size", default: 50432, in: 1...10_000_000)
        let length = reader.integer("max_position_embeddings", default: 2048, in: 1...10_000_000)
        let epsilon = reader.number("layer_norm_eps", default: 1e-5, in: 0...1)
        let activation: Activation = reader.choice("hidden_act", default: .gelu)
        let attentionDropout = reader.number("attention_dropout", default: 0, in: 0...1)
        let dropout = reader.number("hidden_dropout", default: 0, in: 0...1)
        let isParallel = reader.bool("use_parallel_residual", default: true)
        let hasBias = reader.bool("attention_bias", default: true)
        let isTied = reader.bool("tie_word_embeddings", default: false)
        let rotation = reader.rotation(
            headSize: width / heads, baseKey: "rotary_emb_base", shareKey: "rotary_pct", share: 0.25,
            maximumLength: length)
        reader.ignore(["classifier_dropout", "rope_theta", "partial_rotary_factor"])
        reader.expectNoCrossAttention()
        func norm(_ name: String) -> NormDescription {
            NormDescription(name: name, kind: .layer, width: width, epsilon: epsilon)
        }
        func layer(_ name: String) -> LayerDescription {
            func linear(_ path: String, _ inputs: Int, _ outputs: Int, hasBias: Bool = true) -> LinearDescription {
                LinearDescription(name: "\(name).\(path)", inputs: inputs, outputs: outputs, hasBias: hasBias)
            }
            return LayerDescription(
                layout: isParallel ? .parallel : .normBefore,
                attention: AttentionDescription(
                    projections: .interleaved(
                        linear("attention.query_key_value", width, 3 * width, hasBias: hasBias)),
                    output: linear("attention.dense", width, width, hasBias: hasBias), headCount: heads,
                    keyValueHeadCount: heads, headSize: width / heads, dropout: attentionDropout, isCausal: true,
                    rotation: rotation),
                attentionNorm: norm("\(name).input_layernorm"),
                feedForward: FeedForwardDescription(
                    shape: .plain(up: linear("mlp.dense_h_to_4h", width, inner)),
                    down: linear("mlp.dense_4h_to_h", inner, width), activation: activation),
                feedForwardNorm: norm("\(name).post_attention_layernorm"), dropout: dropout)
        }
        return TransformerDescription(
            modelType: reader.modelType,
            dimensions: ModelDimensions(
                hiddenSize: width, embeddingSize: width, layerCount: layerCount, attentionHeadCount: heads,
                keyValueHeadCount: heads, headSize: width / heads, vocabularySize: vocabulary, maximumLength: length,
                tokenTypeCount: 1),
            embeddings: EmbeddingsDescription(
                words: "gpt_neox.embed_in", vocabularySize: vocabulary, width: width, positions: .none,
                dropout: dropout),
            layers: (0..<layerCount).map { layer("gpt_neox.layers.\($0)") },
            finalNorm: norm("gpt_neox.final_layer_norm"),
            heads: DecoderHeads.heads("GPTNeoX", width: width, output: "embed_out", isTied: isTied),
            naming: TensorNaming(
                basePrefix: "gpt_neox.",
                bufferSuffixes: [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"],
                headPrefixes: ["embed_out.", "score."]),
            initializerRange: reader.number("initializer_range", default: 0.02, in: 0...1),
            paddingID: reader.paddingID(vocabulary, default: 0), labels: reader.labels(),
            problemType: reader.problemType(), json: reader.json)
    }
}
