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

    /// (1, heads, length, length)
    func callAsFunction(length: Int) throws -> Tensor {
        var buckets: [Int] = []
        buckets.reserveCapacity(length * length)
        for query in 0..<length {
            for key in 0..<length { buckets.append(bucket(ofDistance: key - query)) }
        }
        let ids = try Tensor(buckets, shape: [length, length]).to(table.weight.value.device)
        return try table(ids).permuted([2, 0, 1]).unsqueezed(0)
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
