package import Tensors

/// Normalisation over the last dimension: layer normalisation (Ba, Kiros and Hinton 2016, arXiv:1607.06450), or by the
/// root of the mean square (Zhang and Sennrich 2019, arXiv:1910.07467).
package final class Norm {
    package let name: String
    /// The gain, (width)
    package let weight: Parameter
    /// (width); layer normalisation has one.
    package let bias: Parameter?
    private let kind: NormDescription.Kind
    private let epsilon: Double

    init(_ description: NormDescription, from weights: WeightReader) throws {
        name = description.name
        kind = description.kind
        epsilon = description.epsilon
        weight = try weights.parameter("\(name).weight", shape: [description.width], role: .norm)
        bias =
            switch description.kind {
            case .layer: try weights.parameter("\(name).bias", shape: [description.width], role: .norm)
            case .rootMeanSquare: nil
            }
    }

    package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// The norm of dropout(x) + residual, each (…, width), with a probability of 0 when not training.
    func callAsFunction(ofDropped x: Tensor, plus residual: Tensor, probability: Double) throws -> Tensor {
        if case .layer = kind, let bias {
            return try NN.layerNorm(
                ofDropped: x, plus: residual, weight: weight.value, bias: bias.value, eps: epsilon,
                probability: probability)
        }
        return try self(try NN.dropout(x, probability: probability, training: true) + residual)
    }

    /// (…, width) → (…, width)
    package func callAsFunction(_ input: Tensor) throws -> Tensor {
        switch kind {
        case .layer:
            return try NN.layerNorm(
                input, normalizedShape: weight.shape, weight: weight.value, bias: bias?.value, eps: epsilon)
        case .rootMeanSquare(let offset):
            let gain = offset == 0 ? weight.value : try weight.value + offset
            return try NN.rmsNorm(input, normalizedShape: weight.shape, weight: gain, eps: epsilon)
        }
    }
}
