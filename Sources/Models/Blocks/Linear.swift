package import Tensors

/// A linear layer, y = x Wᵀ + b.
package final class Linear {
    /// The module's path as in transformers: `bert.encoder.layer.0.attention.self.query`.
    package let name: String
    /// W, (outputs, inputs)
    package let weight: Parameter
    /// b, (outputs)
    package let bias: Parameter?
    /// Whether the weights are first values because the model's file has none.
    package let isNew: Bool
    package var adapter: (any LinearAdapter)?

    package init(name: String, weight: Parameter, bias: Parameter?, isNew: Bool = false) {
        self.name = name
        self.weight = weight
        self.bias = bias
        self.isNew = isNew
    }

    package var inputSize: Int { weight.shape[1] }
    package var outputSize: Int { weight.shape[0] }
    package var parameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// (…, inputs) → (…, outputs), through the adapter if there is one.
    package func callAsFunction(_ input: Tensor, mode: ForwardMode) throws -> Tensor {
        guard let adapter else { return try baseOutput(of: input) }
        return try adapter.output(of: input, through: self, mode: mode)
    }

    /// x Wᵀ + b, without the adapter.
    package func baseOutput(of input: Tensor) throws -> Tensor {
        if let quantized = weight.quantized {
            return try NN.linear(input, weight: quantized, bias: bias?.value)
        }
        return try NN.linear(input, weight: weight.value, bias: bias?.value)
    }

    /// W x + b + s B A x, which is frozen but for A and B.
    package func lowRankOutput(of input: Tensor, a: Tensor, b: Tensor, scale: Double) throws -> Tensor {
        if let quantized = weight.quantized {
            return try NN.lowRankLinear(input, weight: quantized, bias: bias?.value, a: a, b: b, scale: scale)
        }
        return try NN.lowRankLinear(input, weight: weight.value, bias: bias?.value, a: a, b: b, scale: scale)
    }
}

extension Linear {
    /// A linear map of one of the model's layers, whose weight may be kept in few bits.
    convenience init(ofLayer description: LinearDescription, from weights: WeightReader) throws {
        self.init(
            name: description.name,
            weight: try weights.layerWeight(
                "\(description.name).weight", shape: [description.outputs, description.inputs],
                isTransposedInFile: description.isTransposedInFile),
            bias: description.hasBias
                ? try weights.parameter("\(description.name).bias", shape: [description.outputs], role: .bias) : nil)
    }

    /// - Parameter dtype: another type than the reader's.
    convenience init(_ description: LinearDescription, dtype: DType? = nil, from weights: WeightReader) throws {
        let name = description.name
        self.init(
            name: name,
            weight: try weights.parameter(
                "\(name).weight", shape: [description.outputs, description.inputs], role: .weight, dtype: dtype,
                isTransposedInFile: description.isTransposedInFile),
            bias: description.hasBias
                ? try weights.parameter("\(name).bias", shape: [description.outputs], role: .bias, dtype: dtype) : nil)
    }

    /// A new layer as transformers makes one: weights from N(0, `standardDeviation`²), biases 0.
    convenience init(
        fresh name: String, inputs: Int, outputs: Int, hasBias: Bool, standardDeviation: Double, device: Device,
        generator: RandomGenerator
    ) throws {
        let weight = try Tensor.normal(
            [outputs, inputs], mean: 0, standardDeviation: standardDeviation, generator: generator)
        self.init(
            name: name,
            weight: Parameter(name: "\(name).weight", role: .weight, value: try weight.to(device)),
            bias: hasBias
                ? Parameter(name: "\(name).bias", role: .bias, value: try Tensor.zeros([outputs], device: device))
                : nil,
            isNew: true)
    }

    /// Makes output i what output `order[i]` was.
    func reorderOutputs(_ order: [Int]) throws {
        guard order != Array(order.indices) else { return }
        let rows = try Tensor(order, shape: [order.count]).to(weight.value.device)
        for parameter in parameters { parameter.value = try parameter.value.indexSelected(dim: 0, rows) }
    }
}
