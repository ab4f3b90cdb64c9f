package import Tensors

/// A table of vectors, one for each id.
package final class Embedding {
    /// The module's path as in transformers: `bert.embeddings.word_embeddings`.
    package let name: String
    /// (entries, width)
    package let weight: Parameter

    /// What changes the vectors, such as LoRA.
    package var adapter: (any EmbeddingAdapter)?
    /// How large the noise is that is added to the vectors (NEFTune: Jain et al. 2023, arXiv:2310.05914): it is drawn from
    /// U(±α / √(length · width)) by LibTorch's default generator. Nil adds none.
    package var noiseAlpha: Double?

    init(_ name: String, entries: Int, width: Int, from weights: WeightReader) throws {
        self.name = name
        weight = try weights.parameter("\(name).weight", shape: [entries, width], role: .embedding)
    }

    /// Ids (…) → vectors (…, width).
    package func callAsFunction(_ ids: Tensor) throws -> Tensor {
        let vectors = try adapter?.output(of: ids, through: self) ?? NN.embedding(ids, weight: weight.value)
        guard let noiseAlpha, noiseAlpha > 0 else { return vectors }
        let shape = vectors.shape
        let bound = noiseAlpha / Double(shape.dropFirst().reduce(1, *)).squareRoot()
        let noise = try Tensor.uniform(
            shape, low: -bound, high: bound, dtype: vectors.dtype, device: vectors.device)
        return try vectors + noise
    }
}
