import Tensors

/// How tensors of one shape become one, as in PEFT's `merge_utils`.
enum TensorCombination {
    /// Σ wᵢ tᵢ
    static func weightedSum(_ tensors: [[Float]], _ weights: [Float]) -> [Float] {
        var sum = [Float](repeating: 0, count: tensors.first?.count ?? 0)
        for (tensor, weight) in zip(tensors, weights) {
            for index in sum.indices { sum[index] += tensor[index] * weight }
        }
        return sum
    }

    /// TIES (Yadav et al. 2023, arXiv:2306.01708): at each place a sign is elected, and the mean is taken of what
    /// agrees with it.
    static func disjointMean(
        _ tensors: [[Float]], _ weights: [Float], majority: AdapterCombination.MajoritySign
    ) -> [Float] {
        (0..<(tensors.first?.count ?? 0)).map { index in
            let values = tensors.map { $0[index] }
            let votes: Float =
                switch majority {
                case .total: values.reduce(0, +)
                case .frequency: values.reduce(0) { $0 + sign($1) }
                }
            let elected: Float = votes >= 0 ? 1 : -1
            var sum: Float = 0
            var count: Float = 0
            for (value, weight) in zip(values, weights) where sign(value) == elected {
                sum += value * weight
                count += 1
            }
            return sum / max(count, 1)
        }
    }

    /// Keeps the share of elements that are largest in magnitude.
    static func largest(_ tensor: [Float], density: Double) -> [Float] {
        guard density < 1 else { return tensor }
        let kept = Int(density * Double(tensor.count))
        var pruned = [Float](repeating: 0, count: tensor.count)
        for index in tensor.indices.sorted(by: { abs(tensor[$0]) > abs(tensor[$1]) }).prefix(kept) {
            pruned[index] = tensor[index]
        }
        return pruned
    }

    /// DARE (Yu et al. 2023, arXiv:2311.03099): keeps a random share of the elements, scaled up so that the mean stays.
    static func randomShare(_ tensor: [Float], density: Double, generator: RandomGenerator) throws -> [Float] {
        guard density < 1 else { return tensor }
        let draws = try Tensor.uniform([tensor.count], low: 0, high: 1, generator: generator).floats()
        return zip(tensor, draws).map { Double($1) < density ? $0 / Float(density) : 0 }
    }

    private static func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }
}
