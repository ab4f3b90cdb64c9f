import JSONValues

/// GPT-2 (Radford et al. 2019): learned positions, norms before each part, matrices stored as (inputs, outputs).
enum GPT2: DescribedArchitecture {
    static var modelTypes: [String] { ["gpt2"] }
    static var layerCountKey: String { "n_layer" }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        let width = reader.integer("n_embd", default: 768, in: 1...65536)
        let heads = reader.headCount("n_head", default: 12, width: width, widthKey: "n_embd")
        let layerCount = reader.integer("n_layer", default: 12, in: 1...1000)
        let entries = reader.integer("n_positions", default: 1024, in: 1...1_000_000)
        let inner = reader.optionalInteger("n_inner", in: 1...262_144) ?? 4 * width
        let vocabulary = reader.integer("vocab_size", default: 50257, in: 1...10_000_000)
        let epsilon = reader.number("layer_norm_epsilon", default: 1e-5, in: 0...1)
        let activation: Activation = reader.choice("activation_function", default: .geluNew)
        let dropout = reader.number("resid_pdrop", default: 0.1, in: 0...1)
        let attentionDropout = reader.number("attn_pdrop", default: 0.1, in: 0...1)
        let isTied = reader.bool("tie_word_embeddings", default: true)
        reader.expect("scale_attn_weights", toBe: true, because: "only scaled attention is supported")
        reader.expect(
            "scale_attn_by_inverse_layer_idx", toBe: false, because: "scores scaled by the layer are not supported")
        reader.expectNoCrossAttention()
        // Another place where files repeat the length; a summary that only double heads have; an order of sums.
        reader.ignore([
            "n_ctx", "reorder_and_upcast_attn", "summary_activation", "summary_first_dropout",
            "summary_proj_to_labels", "summary_type", "summary_use_proj",
        ])
        func norm(_ name: String) -> NormDescription {
            NormDescription(name: name, kind: .layer, width: width, epsilon: epsilon)
        }
        func layer(_ name: String) -> LayerDescription {
            func linear(_ path: String, _ inputs: Int, _ outputs: Int) -> LinearDescription {
                LinearDescription(name: "\(name).\(path)", inputs: inputs, outputs: outputs, isTransposedInFile: true)
            }
            return LayerDescription(
                layout: .normBefore,
                attention: AttentionDescription(
                    projections: .joined(linear("attn.c_attn", width, 3 * width)),
                    output: linear("attn.c_proj", width, width), headCount: heads, keyValueHeadCount: heads,
                    headSize: width / heads, dropout: attentionDropout, isCausal: true),
                attentionNorm: norm("\(name).ln_1"),
                feedForward: FeedForwardDescription(
                    shape: .plain(up: linear("mlp.c_fc", width, inner)), down: linear("mlp.c_proj", inner, width),
                    activation: activation),
                feedForwardNorm: norm("\(name).ln_2"), dropout: dropout)
        }
        return TransformerDescription(
            modelType: reader.modelType,
            dimensions: ModelDimensions(
                hiddenSize: width, embeddingSize: width, layerCount: layerCount, attentionHeadCount: heads,
                keyValueHeadCount: heads, headSize: width / heads, vocabularySize: vocabulary, maximumLength: entries,
                tokenTypeCount: 1),
            embeddings: EmbeddingsDescription(
                words: "transformer.wte", vocabularySize: vocabulary, width: width,
                positions: .table(name: "transformer.wpe", entries: entries, offset: 0),
                dropout: reader.number("embd_pdrop", default: 0.1, in: 0...1)),
            layers: (0..<layerCount).map { layer("transformer.h.\($0)") }, finalNorm: norm("transformer.ln_f"),
            heads: DecoderHeads.heads(
                "GPT2", width: width, output: "lm_head", isTied: isTied, languageModel: "GPT2LMHeadModel"),
            naming: TensorNaming(
                basePrefix: "transformer.", bufferSuffixes: [".attn.bias", ".attn.masked_bias"],
                headPrefixes: ["lm_head.", "score."]),
            initializerRange: reader.number("initializer_range", default: 0.02, in: 0...1),
            paddingID: reader.paddingID(vocabulary, default: 0), labels: reader.labels(),
            problemType: reader.problemType(), json: reader.json)
    }
}
