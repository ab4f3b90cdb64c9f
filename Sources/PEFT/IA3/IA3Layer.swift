import Models
import Tensors

/// The adapter of one linear layer: y = l ⊙ (W x + b), or y = W (l ⊙ x) + b.
final class IA3Layer: LayerAdapter {
    let layer: Linear
    /// l, (outputs, 1) or (1, inputs)
    let vector: Parameter
    private let scalesInput: Bool

    init(_ layer: Linear, _ vector: Parameter, scalesInput: Bool) {
        self.layer = layer
        self.vector = vector
        self.scalesInput = scalesInput
    }

    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor {
        let scale = try vector.value.reshaped([-1])
        guard scalesInput else {
            let output = try layer.baseOutput(of: input)
            return try (output * scale).to(output.dtype)
        }
        return try layer.baseOutput(of: (input * scale).to(input.dtype))
    }

    func merge() throws { try scaleWeights { try $0.to(.float32) * $1 } }

    /// - Throws: ``PEFTError`` if a factor is so small that what it was multiplied with is lost.
    func unmerge() throws {
        guard try vector.value.detached().abs().less(1e-3).isAllZero() else {
            throw PEFTError(
                ["`\(vector.name)` has factors below 0.001: what they scaled can't be told from its product"],
                help: "read the base model anew")
        }
        try scaleWeights { try $0 / $1 }
    }

    /// W and, where outputs are scaled, b.
    private func scaleWeights(_ scale: (Tensor, Tensor) throws -> Tensor) throws {
        try withoutGradients {
            layer.weight.value = try scale(layer.weight.dense(), vector.value)
            guard !scalesInput, let bias = layer.bias else { return }
            bias.value = try scale(bias.value, vector.value.reshaped([-1]))
        }
    }
}
