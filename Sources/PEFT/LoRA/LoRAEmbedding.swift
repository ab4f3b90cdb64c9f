import Models
import Tensors

/// The adapter of one table: the vector of id i is W[i] + s (B A)ᵀ[i].
///
/// With a magnitude m, each of the vector's components is scaled by m / ‖W + s (B A)ᵀ‖, with one norm for each
/// component over all ids.
final class LoRAEmbedding: EmbeddingAdapter, LoRAAdapter {
    let factors: LoRAFactors
    private let table: Embedding
    private var mergedScale: Tensor?

    init(_ table: Embedding, _ factors: LoRAFactors) {
        self.table = table
        self.factors = factors
    }

    var module: AdaptableModule { .embedding(table) }
    var weight: Parameter { table.weight }

    func output(of ids: Tensor, through table: Embedding) throws -> Tensor {
        let base = try NN.embedding(ids, weight: table.weight.value)
        // (…, r)
        let reduced = try NN.embedding(ids, weight: factors.a.value.transposed())
        let change = try NN.linear(reduced, weight: factors.b.value) * factors.scale
        guard let magnitude = try magnitudeScale(table.weight.value.transposed()) else {
            return try base + change.to(base.dtype)
        }
        return try (magnitude * base.to(magnitude.dtype) + magnitude * change).to(base.dtype)
    }

    func putOn() { table.adapter = self }
    func takeOff() { table.adapter = nil }

    func merge() throws {
        let (merged, scale) = try mergedWeight(table.weight.value.transposed())
        table.weight.value = try merged.transposed().contiguous()
        mergedScale = scale
    }

    func unmerge() throws {
        table.weight.value = try unmergedWeight(table.weight.value.transposed(), scale: mergedScale)
            .transposed().contiguous()
    }
}
