import JSONValues

/// Phi-3 (Abdin et al. 2024, arXiv:2404.14219): LLaMA with joined layers and a window.
enum Phi3: DescribedArchitecture {
    static var modelTypes: [String] { ["phi3"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        var family = LLaMAFamily(name: "Phi3")
        family.hiddenSize = 3072
        family.intermediateSize = 8192
        family.vocabularySize = 32064
        family.maximumLength = 4096
        family.normEpsilon = 1e-5
        family.isJoined = true
        family.dropout = reader.number("resid_pdrop", default: 0, in: 0...1)
        family.embeddingDropout = reader.number("embd_pdrop", default: 0, in: 0...1)
        let window = reader.optionalInteger("sliding_window", in: 1...100_000_000)
        family.window = { _ in window }
        family.originalLength = reader.integer("original_max_position_embeddings", default: 4096, in: 2...100_000_000)
        // The first files called it otherwise.
        family.rotaryKinds = ["default": "default", "longrope": "longrope", "su": "longrope", "yarn": "longrope"]
        // What Phi-3.5 and Phi-4-mini write besides: no layer has a bias, and all see as much.
        for key in ["attention_bias", "mlp_bias", "lm_head_bias"] {
            reader.expect(key, toBe: false, because: "no layer of Phi-3 has a bias")
        }
        for key in ["full_attn_mod", "interpolate_factor"] {
            reader.expect(key, toBe: 1, because: "only 1 is supported")
        }
        return family.describe(&reader)
    }
}
