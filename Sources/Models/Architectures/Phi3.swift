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
        // The length of pretraining, which only the scaling of long contexts reads.
        reader.ignore(["original_max_position_embeddings"])
        return family.describe(&reader)
    }
}
