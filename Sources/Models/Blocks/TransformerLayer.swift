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
    ///   - memory: in the place of a prefix, the keys and values in front, behind which this layer's are put.
    ///   - firstOnly: compute the first position alone, where ``allowsFirstOnly``.
    /// - Returns: (batch, length or 1, d).
    func callAsFunction(
        _ states: Tensor, layout: SequenceLayout, prefix: ModelInput.KeyValuePrefix?, memory: LayerMemory? = nil,
        firstOnly: Bool = false, mode: ForwardMode
    ) throws -> Tensor {
        let queries = firstOnly ? try states.narrowed(dim: 1, start: 0, length: 1) : states
        func attended(_ queries: Tensor, _ context: Tensor) throws -> Tensor {
            try attention(
                queries, over: context,
                mask: try layout.attentionMask(
                    isCausal: description.attention.isCausal, window: description.attention.window),
                rotation: try description.attention.rotation.map { try layout.rotation($0) }, prefix: prefix,
                memory: memory, mode: mode)
        }
        let attentionDropout = mode == .training ? description.attentionOutputDropout ?? description.dropout : 0
        let dropout = mode == .training ? description.dropout : 0
        func dropped(_ states: Tensor, _ probability: Double) throws -> Tensor {
            try NN.dropout(states, probability: probability, training: true)
        }
        switch description.layout {
        case .normAfter:
            let middle = try attentionNorm(
                ofDropped: try attended(queries, states), plus: queries, probability: attentionDropout)
            return try feedForwardNorm(
                ofDropped: try feedForward(middle, mode: mode), plus: middle, probability: dropout)
        case .normBefore:
            let normed = try attentionNorm(states)
            let middle = try states + dropped(try attended(normed, normed), attentionDropout)
            return try middle + dropped(try feedForward(try feedForwardNorm(middle), mode: mode), dropout)
        case .parallel:
            let normed = try attentionNorm(states)
            return try states + dropped(try attended(normed, normed), attentionDropout)
                + dropped(try feedForward(try feedForwardNorm(states), mode: mode), dropout)
        }
    }
}
