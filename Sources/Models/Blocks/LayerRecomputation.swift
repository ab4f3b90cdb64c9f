import Tensors

/// Whether a layer keeps what its gradients need, or computes it again.
enum LayerRecomputation {
    /// What a layer makes of its inputs.
    ///
    /// A layer whose inputs require no gradients is below all that is trained, or the first of it: there is nothing to
    /// keep, or nothing that it would be computed again from.
    static func output(
        of inputs: [Tensor], recomputes: Bool, _ layer: @escaping ([Tensor]) throws -> Tensor
    ) throws -> Tensor {
        guard recomputes, inputs.contains(where: \.requiresGradient) else { return try layer(inputs) }
        return try NN.recomputed(inputs, layer)
    }
}
