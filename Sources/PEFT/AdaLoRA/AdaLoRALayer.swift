import Models
import Tensors

/// The adapter of one linear layer: y = W x + b + s B (E ⊙ A) dropout(x), where E has a singular value for each row of A.
final class AdaLoRALayer: LayerAdapter {
    static let aName = "lora_A"
    static let eName = "lora_E"
    static let bName = "lora_B"

    let layer: Linear
    /// (r, inputs)
    let a: Parameter
    /// (r, 1)
    let e: Parameter
    /// (outputs, r)
    let b: Parameter
    /// Which of the first `init_r` rows these are.
    let rows: [Bool]
    /// s
    private let scale: Double
    private let dropout: Double

    init(
        _ layer: Linear, a: Parameter, e: Parameter, b: Parameter, rows: [Bool], scale: Double, dropout: Double
    ) {
        self.layer = layer
        self.a = a
        self.e = e
        self.b = b
        self.rows = rows
        self.scale = scale
        self.dropout = dropout
    }

    var parameters: [Parameter] { [a, e, b] }

    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor {
        let base = try layer.baseOutput(of: input)
        let dropped = try NN.dropout(
            input.to(a.value.dtype), probability: dropout, training: mode == .training)
        // Scaled while it is small: (…, r).
        let reduced = try NN.linear(dropped, weight: a.value * e.value) * scale
        return try base + NN.linear(reduced, weight: b.value).to(base.dtype)
    }

    /// s B (E ⊙ A), (outputs, inputs), in float32.
    private func change() throws -> Tensor { try b.value.matmul(a.value * e.value) * scale }

    func merge() throws {
        layer.weight.value = try withoutGradients { try layer.weight.dense().to(.float32) + change() }
    }

    func unmerge() throws {
        layer.weight.value = try withoutGradients { try layer.weight.value - change() }
    }

    /// The places of the rows that add something: a singular value of zero is a rank that was taken.
    func usedRows() throws -> [Int] {
        try e.value.floats().enumerated().filter { $0.element != 0 }.map(\.offset)
    }
}
