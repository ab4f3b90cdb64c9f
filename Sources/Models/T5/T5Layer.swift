import Tensors

/// One layer of T5's encoder or decoder: self-attention, in the decoder attention to the encoder's result, and a
/// feed-forward network, each behind a norm and added to what came in.
final class T5Layer {
    private let attention: Attention
    private let attentionNorm: Norm
    private let cross: (attention: Attention, norm: Norm)?
    private let feedForward: FeedForward
    private let feedForwardNorm: Norm
    private let dropout: Double

    /// - Parameter name: `encoder.block.0`.
    init(_ name: String, isDecoder: Bool, _ configuration: T5Configuration, from weights: WeightReader) throws {
        let width = configuration.width
        func linear(_ path: String, _ inputs: Int, _ outputs: Int) -> LinearDescription {
            LinearDescription(name: "\(name).layer.\(path)", inputs: inputs, outputs: outputs, hasBias: false)
        }
        func norm(_ index: Int) throws -> Norm {
            try Norm(
                NormDescription(
                    name: "\(name).layer.\(index).layer_norm", kind: .rootMeanSquare(offset: 0), width: width,
                    epsilon: configuration.epsilon), from: weights)
        }
        func attention(_ path: String) throws -> Attention {
            let inner = configuration.headCount * configuration.headSize
            return try Attention(
                AttentionDescription(
                    projections: .separate(
                        query: linear("\(path).q", width, inner), key: linear("\(path).k", width, inner),
                        value: linear("\(path).v", width, inner)),
                    output: linear("\(path).o", inner, width), headCount: configuration.headCount,
                    keyValueHeadCount: configuration.headCount, headSize: configuration.headSize,
                    dropout: configuration.dropout, scale: 1), from: weights)
        }
        self.attention = try attention("0.SelfAttention")
        attentionNorm = try norm(0)
        cross = isDecoder ? (try attention("1.EncDecAttention"), try norm(1)) : nil
        let last = isDecoder ? 2 : 1
        let path = "\(last).DenseReluDense"
        feedForward = try FeedForward(
            FeedForwardDescription(
                shape: configuration.isGated
                    ? .gated(
                        gate: linear("\(path).wi_0", width, configuration.innerSize),
                        up: linear("\(path).wi_1", width, configuration.innerSize))
                    : .plain(up: linear("\(path).wi", width, configuration.innerSize)),
                down: linear("\(path).wo", configuration.innerSize, width), activation: configuration.activation,
                innerDropout: configuration.dropout), from: weights)
        feedForwardNorm = try norm(last)
        dropout = configuration.dropout
    }

    var linears: [Linear] { attention.linears + (cross?.attention.linears ?? []) + feedForward.linears }

    var parameters: [Parameter] {
        linears.flatMap(\.parameters) + attentionNorm.parameters + (cross?.norm.parameters ?? [])
            + feedForwardNorm.parameters
    }

    /// - Parameters:
    ///   - states: (batch, length, d)
    ///   - mask: the positions' bias, and what is not seen.
    ///   - encoded: what the encoder made, (batch, encoder length, d), and which of it is seen; for a decoder.
    ///   - memory: the keys and values in front of the states' own, and those of what the encoder made.
    func callAsFunction(
        _ states: Tensor, mask: AttentionMask, encoded: (states: Tensor, mask: AttentionMask)? = nil,
        memory: (own: LayerMemory, encoded: LayerMemory)? = nil, mode: ForwardMode
    ) throws -> Tensor {
        func dropped(_ states: Tensor) throws -> Tensor {
            try NN.dropout(states, probability: dropout, training: mode == .training)
        }
        let normed = try attentionNorm(states)
        var states =
            try states + dropped(try attention(normed, over: normed, mask: mask, memory: memory?.own, mode: mode))
        if let cross, let encoded {
            let normed = try cross.norm(states)
            states =
                try states
                + dropped(
                    try cross.attention(
                        normed, over: encoded.states, mask: encoded.mask, memory: memory?.encoded, mode: mode))
        }
        return try states + dropped(try feedForward(try feedForwardNorm(states), mode: mode))
    }
}
