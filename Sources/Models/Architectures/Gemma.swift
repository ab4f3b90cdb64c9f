import JSONValues

/// Gemma (Gemma Team 2024, arXiv:2403.08295): LLaMA with GELU, wide heads, scaled word embeddings, and norms whose gain is
/// stored less one.
enum Gemma: DescribedArchitecture {
    static var modelTypes: [String] { ["gemma"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        var family = LLaMAFamily(name: "Gemma")
        family.hiddenSize = 3072
        family.keyValueHeads = 16
        family.intermediateSize = 24576
        family.vocabularySize = 256_000
        family.maximumLength = 8192
        family.headSize = 256
        family.isTied = true
        family.activation = .geluTanh
        // Old files say `gelu` there, which their own code never meant.
        family.activationKey = reader.has("hidden_activation") ? "hidden_activation" : "hidden_act"
        reader.ignore(["hidden_act", "hidden_activation", "use_bidirectional_attention"])
        reader.expect(
            "use_bidirectional_attention", toBe: false, because: "only causal attention is supported")
        family.inputBias = reader.bool("attention_bias", default: false)
        family.outputBias = family.inputBias
        family.normOffset = 1
        family.scalesEmbeddings = true
        return family.describe(&reader)
    }
}
