import JSONValues

/// LLaMA (Touvron et al. 2023, arXiv:2302.13971; Dubey et al. 2024, arXiv:2407.21783), Mistral (Jiang et al. 2023,
/// arXiv:2310.06825), Qwen 2 (arXiv:2407.10671) and Qwen 3 (arXiv:2505.09388), which differ in biases, windows and
/// norms of heads.
enum LLaMA: DescribedArchitecture {
    static var modelTypes: [String] { ["llama", "mistral", "qwen2", "qwen3"] }

    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription {
        var family = LLaMAFamily(name: "Llama")
        switch reader.modelType {
        case "mistral":
            family.name = "Mistral"
            family.keyValueHeads = 8
            family.intermediateSize = 14336
            family.maximumLength = 131_072
            let window = reader.optionalInteger("sliding_window", default: 4096, in: 1...100_000_000)
            family.window = { _ in window }
        case "qwen2":
            family.name = "Qwen2"
            family.inputBias = true
            setQwen(&family, &reader)
        case "qwen3":
            family.name = "Qwen3"
            family.headSize = 128
            family.normalizesHeads = true
            family.inputBias = reader.bool("attention_bias", default: false)
            family.outputBias = family.inputBias
            setQwen(&family, &reader)
        default:
            family.inputBias = reader.bool("attention_bias", default: false)
            family.outputBias = family.inputBias
            family.feedForwardBias = reader.bool("mlp_bias", default: false)
        }
        return family.describe(&reader)
    }

    private static func setQwen(_ family: inout LLaMAFamily, _ reader: inout ConfigurationReader) {
        family.keyValueHeads = 32
        family.intermediateSize = 22016
        family.vocabularySize = 151_936
        family.maximumLength = 32768
        let isWindowed = reader.bool("use_sliding_window", default: false)
        let size = reader.optionalInteger("sliding_window", default: 4096, in: 1...100_000_000)
        let first = reader.integer("max_window_layers", default: 28, in: 0...1000)
        let types = reader.layerTypes(known: ["full_attention", "sliding_attention"])
        family.window = { index in
            guard isWindowed else { return nil }
            if let types { return types.indices.contains(index) && types[index] == "sliding_attention" ? size : nil }
            return index >= first ? size : nil
        }
    }
}
