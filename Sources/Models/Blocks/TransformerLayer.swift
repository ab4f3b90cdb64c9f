import Tensors

/// One layer: self-attention and a feed-forward network, each added to what came in.
final class TransformerLayer {
    private let attention: Attention
    private let attentionNorm: Norm
    private let feedForward: FeedForward
    private let feedForwardNorm: Norm
    private let description: LayerDescription

    init(_ description: LayerDescription, from weights: WeightReader) throws {
        self.description = description
        attention = try Attention(description.attention, from: weights)
        attentionNorm = try Norm(description.attentionNorm, from: weights)
        feedForward = try FeedForward(description.feedForward, from: weights)
        feedForwardNorm = try Norm(description.feedForwardNorm, from: weights)
    }

    var linears: [Linear] { attention.linears + feedForward.linears }

    var parameters: [Parameter] {
        attention.linears.flatMap(\.parameters) + attention.norms.flatMap(\.parameters) + attentionNorm.parameters
            + feedForward.linears.flatMap(\.parameters) + feedForwardNorm.parameters
    }

    /// Whether a position's result depends on that position's own place in the batch only through the attention, so that
    /// the first position can be computed without the others.
    var allowsFirstOnly: Bool {
        guard case .separate = description.attention.projections else { return false }
        return !description.attention.isCausal && description.attention.window == nil
            && description.attention.rotation == nil && description.layout == .normAfter
    }

    /// - Parameters:
    ///   - states: (batch, length, d)
    ///   - firstOnly: compute the first position alone, where ``allowsFirstOnly``.
    /// - Returns: (batch, length or 1, d).
    func callAsFunction(
        _ states: Tensor, layout: SequenceLayout, prefix: ModelInput.KeyValuePrefix?, firstOnly: Bool = false,
        mode: ForwardMode
    ) throws -> Tensor {
        let queries = firstOnly ? try states.narrowed(dim: 1, start: 0, length: 1) : states
        func attended(_ queries: Tensor, _ context: Tensor) throws -> Tensor {
            try dropped(
                try attention(
                    queries, over: context,
                    mask: try layout.attentionMask(
                        isCausal: description.attention.isCausal, window: description.attention.window),
                    rotation: try description.attention.rotation.map { try layout.rotation($0) }, prefix: prefix,
                    mode: mode),
                description.attentionOutputDropout ?? description.dropout, mode)
        }
        func transformed(_ states: Tensor) throws -> Tensor {
            try dropped(try feedForward(states, mode: mode), description.dropout, mode)
        }
        switch description.layout {
        case .normAfter:
            let middle = try attentionNorm(try attended(queries, states) + queries)
            return try feedForwardNorm(try transformed(middle) + middle)
        case .normBefore:
            let normed = try attentionNorm(states)
            let middle = try states + attended(normed, normed)
            return try middle + transformed(try feedForwardNorm(middle))
        case .parallel:
            let normed = try attentionNorm(states)
            return try states + attended(normed, normed) + transformed(try feedForwardNorm(states))
        }
    }

    private func dropped(_ states: Tensor, _ probability: Double, _ mode: ForwardMode) throws -> Tensor {
        try NN.dropout(states, probability: probability, training: mode == .training)
    }
}
