import Foundation
import Tensors

/// A learned number for each head and distance, added to the scores of attention (Raffel et al. 2020, arXiv:1910.10683,
/// section 2.1). Distances share buckets that widen with the distance.
final class RelativePositionBias {
    private let table: Embedding
    private let bucketCount: Int
    private let maximumDistance: Int
    private let isBidirectional: Bool

    init(
        _ name: String, bucketCount: Int, maximumDistance: Int, headCount: Int, isBidirectional: Bool,
        from weights: WeightReader
    ) throws {
        table = try Embedding(name, entries: bucketCount, width: headCount, from: weights)
        self.bucketCount = bucketCount
        self.maximumDistance = maximumDistance
        self.isBidirectional = isBidirectional
    }

    var parameters: [Parameter] { [table.weight] }

    /// The biases between a batch's tokens, (batch or 1, heads, length, length), or (1, heads, length, all) where others
    /// stand in front. Distances count tokens, so that padding between a soft prompt and the text takes no place.
    func callAsFunction(_ layout: SequenceLayout) throws -> Tensor {
        let length = layout.length
        let all = layout.prefixLength + length
        let rows = layout.isAligned ? Array(0..<all) : try layout.positions.ints()
        let known = (1 - all..<max(all, 1)).map(bucket(ofDistance:))
        var buckets: [Int] = []
        buckets.reserveCapacity(rows.count * length)
        for start in stride(from: 0, to: rows.count, by: all) {
            let places = rows[start..<start + all]
            for query in places.suffix(length) {
                for key in places { buckets.append(known[key - query + all - 1]) }
            }
        }
        let ids = try Tensor(buckets, shape: [rows.count / max(all, 1), length, all])
        return try table(ids.to(table.weight.value.device)).permuted([0, 3, 1, 2])
    }

    /// - Parameter distance: the key's place less the query's.
    func bucket(ofDistance distance: Int) -> Int {
        var count = bucketCount
        var first = 0
        var distance = distance
        if isBidirectional {
            count /= 2
            if distance > 0 { first = count }
            distance = abs(distance)
        } else {
            distance = max(-distance, 0)
        }
        let exact = count / 2
        if distance < exact { return first + distance }
        // In float32, as the reference computes it: at the edges of buckets the last digit decides.
        let ratio = logf(Float(distance) / Float(exact)) / Float(log(Double(maximumDistance) / Double(exact)))
        return first + min(exact + Int(ratio * Float(count - exact)), count - 1)
    }
}
