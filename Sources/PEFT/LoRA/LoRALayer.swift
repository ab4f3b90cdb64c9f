import Models
import Tensors

/// The adapter of one linear layer: y = W x + b + s B A dropout(x).
///
/// With a magnitude m, y = m / ‖W + s B A‖ · (W + s B A) x + b, with one norm for each output.
final class LoRALayer: LayerAdapter, LoRAAdapter {
    let factors: LoRAFactors
    let layer: Linear
    private let dropout: Double
    private var mergedScale: Tensor?

    init(_ layer: Linear, _ factors: LoRAFactors, dropout: Double) {
        self.layer = layer
        self.factors = factors
        self.dropout = dropout
    }

    var module: AdaptableModule { .linear(layer) }

    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor {
        let isPlain = mode == .inference || dropout == 0
        if isPlain, factors.bias == nil, factors.magnitude == nil, !layer.parameters.contains(where: \.isTrainable) {
            return try layer.lowRankOutput(
                of: input, a: factors.a.value, b: factors.b.value, scale: factors.scale)
        }
        let base = try layer.baseOutput(of: input)
        let dropped = try NN.dropout(
            input.to(factors.a.value.dtype), probability: dropout, training: mode == .training)
        // Scaled while it is small: (…, r).
        let reduced = try NN.linear(dropped, weight: factors.a.value) * factors.scale
        let bias = try factors.bias.map { try $0.value * factors.scale }
        let change = try NN.linear(reduced, weight: factors.b.value, bias: bias)
        guard factors.magnitude != nil, let magnitude = try magnitudeScale(layer.weight.dense()) else {
            return try base + change.to(base.dtype)
        }
        // The direction acts on what was dropped too, as in PEFT.
        let isDropped = mode == .training && dropout > 0
        var plain = isDropped ? try NN.linear(dropped.to(base.dtype), weight: layer.weight.dense()) : base
        if !isDropped, let bias = layer.bias { plain = try plain - bias.value }
        let added = try (magnitude - 1) * plain.to(magnitude.dtype) + magnitude * change
        return try base + added.to(base.dtype)
    }

    func merge() throws {
        if let bias = factors.bias {
            guard let own = layer.bias else {
                throw PEFTError(["`\(layer.name)` has no bias that the adapter's could become part of"])
            }
            own.value = try withoutGradients { try own.value.to(.float32) + bias.value * factors.scale }
        }
        (layer.weight.value, mergedScale) = try mergedWeight(layer.weight.dense())
    }

    func unmerge() throws {
        if let bias = factors.bias, let own = layer.bias {
            own.value = try withoutGradients { try own.value - bias.value * factors.scale }
        }
        layer.weight.value = try unmergedWeight(layer.weight.value, scale: mergedScale)
    }
}
