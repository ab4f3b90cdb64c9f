import Models
import Tensors

/// The adapter of one linear layer: y = W x + b + λ_b ⊙ B (λ_d ⊙ A dropout(x)).
final class VeRALayer: LayerAdapter {
    static let bName = "vera_lambda_b"
    static let dName = "vera_lambda_d"

    let layer: Linear
    /// λ_b, (outputs)
    let b: Parameter
    /// λ_d, (r)
    let d: Parameter
    private let projection: (a: Tensor, b: Tensor)
    private let dropout: Double

    init(_ layer: Linear, b: Parameter, d: Parameter, projection: (a: Tensor, b: Tensor), dropout: Double) {
        self.layer = layer
        self.b = b
        self.d = d
        self.projection = projection
        self.dropout = dropout
    }

    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor {
        let base = try layer.baseOutput(of: input)
        let dropped = try NN.dropout(
            input.to(d.value.dtype), probability: dropout, training: mode == .training)
        // (…, r)
        let reduced = try NN.linear(dropped, weight: projection.a) * d.value
        let change = try NN.linear(reduced, weight: projection.b) * b.value
        return try base + change.to(base.dtype)
    }

    /// (λ_b B)(λ_d A), (outputs, inputs), in float32.
    private func change() throws -> Tensor {
        let left = try projection.b * b.value.unsqueezed(1)
        return try left.matmul(try projection.a * d.value.unsqueezed(1))
    }

    func merge() throws {
        layer.weight.value = try withoutGradients { try layer.weight.dense().to(.float32) + change() }
    }

    func unmerge() throws {
        layer.weight.value = try withoutGradients { try layer.weight.value - change() }
    }
}
