package import Tensors

/// A table of vectors, one for each id.
package final class Embedding {
    /// The module's path as in transformers: `bert.embeddings.word_embeddings`.
    package let name: String
    /// (entries, width)
    package let weight: Parameter

    /// What changes the vectors, such as LoRA.
    package var adapter: (any EmbeddingAdapter)?

    init(_ name: String, entries: Int, width: Int, from weights: WeightReader) throws {
        self.name = name
        weight = try weights.parameter("\(name).weight", shape: [entries, width], role: .embedding)
    }

    /// Ids (…) → vectors (…, width).
    package func callAsFunction(_ ids: Tensor) throws -> Tensor {
        guard let adapter else { return try NN.embedding(ids, weight: weight.value) }
        return try adapter.output(of: ids, through: self)
    }
}
