package import Tensors

/// Layer normalisation over the last dimension (Ba, Kiros and Hinton 2016, arXiv:1607.06450).
package final class LayerNorm {
    package let name: String
    /// The gain, (width)
    package let weight: Parameter
    /// (width)
    package let bias: Parameter
    package let epsilon: Double

    init(_ name: String, width: Int, epsilon: Double, from weights: WeightReader) throws {
        self.name = name
        self.epsilon = epsilon
        weight = try weights.parameter("\(name).weight", shape: [width], role: .norm)
        bias = try weights.parameter("\(name).bias", shape: [width], role: .norm)
    }

    package var parameters: [Parameter] { [weight, bias] }

    package func callAsFunction(_ input: Tensor) throws -> Tensor {
        try NN.layerNorm(
            input, normalizedShape: weight.shape, weight: weight.value, bias: bias.value, eps: epsilon)
    }
}
