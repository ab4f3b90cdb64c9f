import Models
import Tensors

/// What adapters began with and took out of the base model's weights.
///
/// Trained, a layer computes W - s B₀A₀ + s B A. A file for W as it was holds this as one plain LoRA of twice the rank, as
/// PEFT's `path_initial_model_for_weight_conversion` makes it: s [B, -B₀] [A; A₀].
struct LoRAOrigin {
    /// Of the base model as it was.
    let fingerprint: BaseFingerprint
    /// A₀ and B₀ by their names.
    private let first: [String: Tensor]
    private let names: (a: Set<String>, b: Set<String>)

    init(_ adapters: [any LoRAAdapter], fingerprint: BaseFingerprint) throws {
        self.fingerprint = fingerprint
        let factors = adapters.map(\.factors)
        names = (Set(factors.map(\.a.name)), Set(factors.map(\.b.name)))
        first = Dictionary(
            uniqueKeysWithValues: try factors.flatMap { [$0.a, $0.b] }.map { ($0.name, try $0.value.detached().copy()) }
        )
    }

    /// The tensor that a file has in the place of a parameter; nil where it has the parameter itself.
    func fileValue(of parameter: Parameter) throws -> Tensor? {
        guard let first = first[parameter.name] else { return nil }
        let value = try parameter.value.detached()
        return names.a.contains(parameter.name)
            ? try Tensor.concatenated([value, first], dim: 0) : try Tensor.concatenated([value, -first], dim: 1)
    }
}

extension LoRA {
    /// Twice the rank at the same scale.
    var doubled: LoRA {
        let factor = useRSLoRA ? 2.0.squareRoot() : 2
        var method = self
        method.r *= 2
        method.loraAlpha *= factor
        method.rankPattern.values = rankPattern.values.mapValues { $0 * 2 }
        method.alphaPattern.values = alphaPattern.values.mapValues { $0 * factor }
        return method
    }

    /// A and B whose product, times s, is a part of the weight.
    func principalValues(_ shape: LoRAFactors.Shape) throws -> (a: Tensor, b: Tensor) {
        try withoutGradients {
            // On the CPU whatever the device: the same values everywhere.
            let weight = try shape.module.weight.value.to(.cpu).to(.float32)
            guard initLoRAWeights == .pissa else {
                let (q, r) = try weight.qrDecomposition()
                return (
                    try r.narrowed(dim: 0, start: 0, length: shape.r).contiguous(),
                    try q.narrowed(dim: 1, start: 0, length: shape.r).contiguous()
                )
            }
            let (u, s, vt) = try weight.singularValueDecomposition()
            let root = try (s.narrowed(dim: 0, start: 0, length: shape.r) / shape.scale).sqrt()
            // LAPACK's matrices lie the other way round in memory.
            return (
                try (vt.narrowed(dim: 0, start: 0, length: shape.r) * root.unsqueezed(1)).contiguous(),
                try (u.narrowed(dim: 1, start: 0, length: shape.r) * root).contiguous()
            )
        }
    }

    /// - Throws: ``PEFTError`` with everything that has no such part, or can't be saved for the base model as it was.
    func checkPrincipal(_ targets: [AdaptableModule]) throws {
        let name = "init_lora_weights \(initLoRAWeights)"
        var problems: [String] = []
        if useDoRA { problems.append("\(name) is not defined together with use_dora") }
        if let weight = targets.lazy.map(\.weight).first(where: { $0.quantized != nil }) {
            problems.append("\(name) takes a part out of weights, and `\(weight.name)` is kept in few bits")
        }
        for module in targets {
            guard case .linear(let layer) = module else {
                problems.append("\(name) is for linear layers, and `\(module.name)` is a table")
                continue
            }
            let rank = try rankPattern.value(for: layer.name, key: "rank_pattern") ?? r
            let largest = min(layer.inputSize, layer.outputSize)
            if rank > largest {
                problems.append("\(name) with rank \(rank): `\(layer.name)` has a rank of at most \(largest)")
            }
        }
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}
