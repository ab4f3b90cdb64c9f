import Tensors

/// Multi-head scaled dot-product attention (Vaswani et al. 2017, arXiv:1706.03762, section 3.2), with key heads that
/// may be shared (Ainslie et al. 2023, arXiv:2305.13245).
final class Attention {
    private enum Projections {
        case separate(query: Linear, key: Linear, value: Linear)
        case joined(Linear)
        case interleaved(Linear)
    }

    private let description: AttentionDescription
    private let projections: Projections
    private let output: Linear
    private let queryNorm: Norm?
    private let keyNorm: Norm?

    init(_ description: AttentionDescription, from weights: WeightReader) throws {
        self.description = description
        projections =
            switch description.projections {
            case .separate(let query, let key, let value):
                .separate(
                    query: try Linear(ofLayer: query, from: weights), key: try Linear(ofLayer: key, from: weights),
                    value: try Linear(ofLayer: value, from: weights))
            case .joined(let linear): .joined(try Linear(ofLayer: linear, from: weights))
            case .interleaved(let linear): .interleaved(try Linear(ofLayer: linear, from: weights))
            }
        queryNorm = try description.queryNorm.map { try Norm($0, from: weights) }
        keyNorm = try description.keyNorm.map { try Norm($0, from: weights) }
        output = try Linear(ofLayer: description.output, from: weights)
    }

    var linears: [Linear] {
        switch projections {
        case .separate(let query, let key, let value): [query, key, value, output]
        case .joined(let linear), .interleaved(let linear): [linear, output]
        }
    }

    var norms: [Norm] { [queryNorm, keyNorm].compactMap { $0 } }

    /// - Parameters:
    ///   - states: the positions that attend, (batch, queries, d): all, or the first alone.
    ///   - context: the positions that are attended to, (batch, length, d).
    ///   - mask: which positions see which.
    ///   - rotation: of queries and keys by their positions.
    ///   - prefix: keys and values in front of these.
    ///   - memory: in the place of a prefix, those in front of these, behind which these are put; or, where they are
    ///     fixed, those that stand in the place of the context's.
    /// - Returns: (batch, queries, d).
    func callAsFunction(
        _ states: Tensor, over context: Tensor, mask: AttentionMask, rotation: RotaryEmbedding? = nil,
        prefix: ModelInput.KeyValuePrefix? = nil, memory: LayerMemory? = nil, mode: ForwardMode
    ) throws -> Tensor {
        if let memory, memory.isFixed, let known = memory.past, case .separate(let query, _, _) = projections {
            let heads = try split(try query(states, mode: mode), description.headCount)
            return try attended(heads, known.keys, known.values, mask, mode)
        }
        var (query, key, value) = try heads(states, context, mode)
        if let queryNorm { query = try queryNorm(query) }
        if let keyNorm { key = try keyNorm(key) }
        if let rotation {
            query = try rotation(query)
            key = try rotation(key)
        }
        if let front = memory?.past ?? prefix {
            key = try Tensor.concatenated([front.keys.to(key.dtype), key], dim: 2)
            value = try Tensor.concatenated([front.values.to(value.dtype), value], dim: 2)
        }
        memory?.past = ModelInput.KeyValuePrefix(keys: key, values: value)
        return try attended(query, key, value, mask, mode)
    }

    /// What queries see of keys, behind the output's layer: (batch, queries, d).
    private func attended(
        _ query: Tensor, _ key: Tensor, _ value: Tensor, _ mask: AttentionMask, _ mode: ForwardMode
    ) throws -> Tensor {
        let attended = try NN.attention(
            query, key, value, mask: mask.tensor, isCausal: mask.isCausal,
            dropout: mode == .training ? description.dropout : 0, scale: description.scale,
            groupedHeads: description.keyValueHeadCount != description.headCount)
        let shape = query.shape
        let joined = try attended.transposed(1, 2)
            .reshaped([shape[0], shape[2], description.headCount * description.headSize])
        return try output(joined, mode: mode)
    }

    /// Queries (batch, heads, queries, width), keys and values (batch, key heads, length, width).
    private func heads(
        _ states: Tensor, _ context: Tensor, _ mode: ForwardMode
    ) throws -> (query: Tensor, key: Tensor, value: Tensor) {
        let (count, shared, size) = (description.headCount, description.keyValueHeadCount, description.headSize)
        switch projections {
        case .separate(let query, let key, let value):
            return (
                try split(try query(states, mode: mode), count), try split(try key(context, mode: mode), shared),
                try split(try value(context, mode: mode), shared)
            )
        case .joined(let linear):
            let parts = try linear(context, mode: mode).split(
                sizes: [count * size, shared * size, shared * size], dim: 2)
            return (try split(parts[0], count), try split(parts[1], shared), try split(parts[2], shared))
        case .interleaved(let linear):
            let all = try split(try linear(context, mode: mode), count, width: 3 * size)
            let parts = try all.split(sizes: [size, size, size], dim: 3)
            return (parts[0], parts[1], parts[2])
        }
    }

    /// (batch, n, heads · width) → (batch, heads, n, width)
    private func split(_ states: Tensor, _ heads: Int, width: Int? = nil) throws -> Tensor {
        let shape = states.shape
        return try states.reshaped([shape[0], shape[1], heads, width ?? description.headSize]).transposed(1, 2)
    }
}
