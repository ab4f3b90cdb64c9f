import Models
import Tensors

/// The adapter of one linear layer: y = W x + b + s B A dropout(x).
final class LoRALayer: LinearAdapter {
    /// A, (r, inputs)
    let a: Parameter
    /// B, (outputs, r)
    let b: Parameter
    /// s
    let scale: Double
    let dropout: Double

    init(a: Parameter, b: Parameter, scale: Double, dropout: Double) {
        self.a = a
        self.b = b
        self.scale = scale
        self.dropout = dropout
    }

    var parameters: [Parameter] { [a, b] }

    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor {
        let base = try layer.baseOutput(of: input)
        let dropped = try NN.dropout(
            input.to(a.value.dtype), probability: dropout, training: mode == .training)
        // Scaled while it is small: (…, r).
        let reduced = try NN.linear(dropped, weight: a.value) * scale
        return try base + NN.linear(reduced, weight: b.value).to(base.dtype)
    }

    /// The weight with the adapter's change, W + s B A, in float32.
    func mergedWeight(of layer: Linear) throws -> Tensor {
        try withoutGradients {
            try layer.weight.value.to(.float32) + b.value.matmul(a.value) * scale
        }
    }
}
