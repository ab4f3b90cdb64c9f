import Tensors

/// One layer of the encoder: self-attention, then a feed-forward network, each with a residual connection that is
/// normalised afterwards.
final class BERTLayer {
    private let attention: SelfAttention
    private let attentionOutput: Linear
    private let attentionNorm: LayerNorm
    private let intermediate: Linear
    private let output: Linear
    private let outputNorm: LayerNorm
    private let activation: Activation
    private let dropout: Double

    init(_ name: String, _ configuration: BERTConfiguration, from weights: WeightReader) throws {
        let width = configuration.hiddenSize
        let inner = configuration.intermediateSize
        let epsilon = configuration.layerNormEpsilon
        attention = try SelfAttention(
            "\(name).attention.self", width: width, headCount: configuration.headCount,
            dropout: configuration.attentionDropout, from: weights)
        attentionOutput = try Linear("\(name).attention.output.dense", inputs: width, outputs: width, from: weights)
        attentionNorm = try LayerNorm(
            "\(name).attention.output.LayerNorm", width: width, epsilon: epsilon, from: weights)
        intermediate = try Linear("\(name).intermediate.dense", inputs: width, outputs: inner, from: weights)
        output = try Linear("\(name).output.dense", inputs: inner, outputs: width, from: weights)
        outputNorm = try LayerNorm("\(name).output.LayerNorm", width: width, epsilon: epsilon, from: weights)
        activation = configuration.activation
        dropout = configuration.hiddenDropout
    }

    var linears: [Linear] { attention.linears + [attentionOutput, intermediate, output] }

    var parameters: [Parameter] {
        attention.linears.flatMap(\.parameters) + attentionOutput.parameters + attentionNorm.parameters
            + intermediate.parameters + output.parameters + outputNorm.parameters
    }

    /// - Parameters:
    ///   - states: the positions to compute, (batch, queries, d).
    ///   - context: all positions, (batch, length, d).
    /// - Returns: (batch, queries, d).
    func callAsFunction(
        _ states: Tensor, over context: Tensor, mask: Tensor?, mode: ForwardMode
    ) throws -> Tensor {
        let attended = try attentionOutput(
            try attention(states, over: context, mask: mask, mode: mode), mode: mode)
        let middle = try attentionNorm(try dropped(attended, mode) + states)
        let transformed = try output(try activation(try intermediate(middle, mode: mode)), mode: mode)
        return try outputNorm(try dropped(transformed, mode) + middle)
    }

    private func dropped(_ states: Tensor, _ mode: ForwardMode) throws -> Tensor {
        try NN.dropout(states, probability: dropout, training: mode == .training)
    }
}
