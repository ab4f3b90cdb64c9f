import Foundation
package import Models
package import Tensors

/// Makes one LoRA adapter of several for the same base model, as PEFT's `add_weighted_adapter` does.
///
/// Adapter i changes a weight by sᵢ BᵢAᵢ. `cat` stacks the factors, which gives exactly Σ wᵢ sᵢ BᵢAᵢ at the sum of the
/// ranks. All others combine the Aᵢ and the Bᵢ apart, each with √(wᵢ sᵢ), at the rank that all have: an approximation.
package struct AdapterCombination: Sendable, Hashable {
    package enum Kind: String, CaseIterable, Sendable {
        case linear
        case cat
        case ties
        case dareLinear = "dare_linear"
        case dareTies = "dare_ties"
        case magnitudePrune = "magnitude_prune"
    }

    /// How TIES elects a sign: by the sum of values, or by their number.
    package enum MajoritySign: String, CaseIterable, Sendable {
        case total
        case frequency
    }

    package var kind: Kind
    /// w, one for each adapter; negative ones take an adapter's effect away.
    package var weights: [Double]
    /// The share of elements that is kept, for all kinds but `linear` and `cat`.
    package var density: Double
    package var majoritySignMethod: MajoritySign
    /// Whether modules that are trained as a whole, as heads, become their mean by the weights. PEFT refuses two adapters
    /// that hold the same module.
    package var averagesModules: Bool

    package init(
        _ kind: Kind, weights: [Double], density: Double = 1, majoritySignMethod: MajoritySign = .total,
        averagesModules: Bool = false
    ) {
        self.kind = kind
        self.weights = weights
        self.density = density
        self.majoritySignMethod = majoritySignMethod
        self.averagesModules = averagesModules
    }

    /// - Parameters:
    ///   - folders: the adapters.
    ///   - generator: what DARE draws from.
    /// - Returns: the model with the combined adapter on it.
    /// - Throws: ``PEFTError`` with everything that the adapters have against each other; what ``AdapterFolder`` throws.
    package func combine(
        _ folders: [String], onto model: any TransformerModel, generator: RandomGenerator
    ) throws -> any TunedModel {
        var parts: [Part] = []
        for folder in folders {
            guard let tuned = try AdapterFolder.load(folder, onto: model) as? LoRAModel else {
                throw PEFTError(["\(folder) is no LoRA adapter, and others can't be combined"])
            }
            for adapter in tuned.adapters { adapter.takeOff() }
            let modules = try tuned.saved.all.map { ($0, try $0.value.detached().copy()) }
            parts.append(Part(folder: folder, tuned: tuned, modules: modules))
        }
        try check(parts)
        let names = parts.flatMap { $0.tuned.adapters.map(\.moduleName) }.uniqued()
        let factors = try names.map { name in (name, try combined(name, parts, generator)) }
        try setModules(parts)

        let ranks = Dictionary(uniqueKeysWithValues: factors.map { ($0.0, $0.1.a.shape[0]) })
        let r = ranks.values.max() ?? 1
        var method = LoRA(r: r, loraAlpha: Double(r), targetModules: .names(names))
        // With alpha at the rank, the scale is 1 everywhere.
        for (name, rank) in ranks where rank != r {
            method.rankPattern.values[name.replacing(".", with: "\\.")] = rank
            method.alphaPattern.values[name.replacing(".", with: "\\.")] = Double(rank)
        }
        method.modulesToSave = parts.flatMap(\.tuned.saved.names).uniqued()
        let saved = try SavedModules(
            of: model, extra: method.modulesToSave, prefix: LoRA.filePrefix, isStrict: true)
        let targets = try method.selection.saving(saved.names, isStrict: true).select(in: model)
        let values = Dictionary(uniqueKeysWithValues: factors)
        return try method.assemble(on: model, targets: targets, saved: saved, isTrainable: false) { shape in
            try LoRAFactors(shape) { name, dimensions in
                guard let pair = values[shape.module.name] else { return try Tensor.zeros(dimensions) }
                return name == shape.aName ? pair.a : pair.b
            }
        }
    }

    /// An adapter that was read, and the modules that it holds as a whole.
    private struct Part {
        let folder: String
        let tuned: LoRAModel
        let modules: [(parameter: Parameter, value: Tensor)]
    }

    private func check(_ parts: [Part]) throws {
        var problems: [String] = []
        if parts.isEmpty { problems.append("there is no adapter to combine") }
        if parts.count != weights.count {
            problems.append("there are \(parts.count) adapters and \(weights.count) weights")
        }
        if !weights.allSatisfy(\.isFinite) { problems.append("weights are not all finite") }
        if !(0...1).contains(density) || density == 0 {
            problems.append("density is \(density), expected more than 0 and at most 1")
        }
        for part in parts {
            let method = part.tuned.method
            if method.useDoRA { problems.append("\(part.folder) uses DoRA, whose magnitudes can't be combined") }
            if method.loraBias || method.bias != .none {
                problems.append("\(part.folder) trains biases, which can't be combined")
            }
        }
        if kind != .cat {
            for name in Set(parts.flatMap { $0.tuned.adapters.map(\.moduleName) }).sorted() {
                let ranks = parts.compactMap { part in
                    part.tuned.adapters.first { $0.moduleName == name }?.factors.a.shape[0]
                }
                guard Set(ranks).count > 1 else { continue }
                problems.append("`\(name)` has ranks \(ranks): \(kind.rawValue) needs one rank, cat takes any")
                break
            }
        }
        let holders = Dictionary(grouping: parts.flatMap(\.modules), by: \.parameter.name)
        let shared = holders.filter { $0.value.count > 1 }.keys.sorted()
        if !averagesModules, !shared.isEmpty {
            problems.append("several adapters hold `\(shared.joined(separator: "`, `"))` as a whole")
        }
        if averagesModules, abs(weights.reduce(0, +)) < 1e-6 {
            problems.append("the weights add up to 0, and so there is no mean of the heads")
        }
        guard problems.isEmpty else { throw PEFTError(problems) }
    }

    /// The factors of one module, scale included.
    private func combined(
        _ name: String, _ parts: [Part], _ generator: RandomGenerator
    ) throws -> (a: Tensor, b: Tensor) {
        let pairs = zip(parts, weights).compactMap { part, weight in
            part.tuned.adapters.first { $0.moduleName == name }.map { ($0.factors, weight) }
        }
        if kind == .cat, pairs.count > 1 || parts.count > 1 {
            let a = try pairs.map { try $0.0.a.value.detached() * $0.1 * $0.0.scale }
            let b = try pairs.map { try $0.0.b.value.detached() }
            return (try Tensor.concatenated(a, dim: 0), try Tensor.concatenated(b, dim: 1))
        }
        // A negative weight stands on one side only, or it would vanish.
        let scales = pairs.map { $0.0.scale * $0.1 }
        let b = scales.map { Float(abs($0).squareRoot()) }
        let a = zip(scales, b).map { $0 < 0 ? -$1 : $1 }
        return (
            try combined(pairs.map(\.0.a), a, generator), try combined(pairs.map(\.0.b), b, generator)
        )
    }

    private func combined(
        _ factors: [Parameter], _ weights: [Float], _ generator: RandomGenerator
    ) throws -> Tensor {
        let tensors = try factors.map { factor in
            let values = try factor.value.floats()
            switch kind {
            case .linear, .cat: return values
            case .ties, .magnitudePrune: return TensorCombination.largest(values, density: density)
            case .dareLinear, .dareTies:
                return try TensorCombination.randomShare(values, density: density, generator: generator)
            }
        }
        let values =
            switch kind {
            case .linear, .cat, .dareLinear, .magnitudePrune: TensorCombination.weightedSum(tensors, weights)
            case .ties, .dareTies:
                TensorCombination.disjointMean(tensors, weights, majority: majoritySignMethod)
            }
        return try Tensor(values, shape: factors.first?.shape)
    }

    /// Gives modules that adapters hold as a whole their mean by the weights.
    private func setModules(_ parts: [Part]) throws {
        let held = zip(parts, weights).flatMap { part, weight in part.modules.map { ($0, weight) } }
        for (name, holders) in Dictionary(grouping: held, by: { $0.0.parameter.name }) {
            let total = holders.reduce(0) { $0 + $1.1 }
            guard abs(total) > 1e-6 else {
                throw PEFTError(["the weights of the adapters that hold `\(name)` add up to 0"])
            }
            var sum = try holders[0].0.value * (holders[0].1 / total)
            for (module, weight) in holders.dropFirst() { sum = try sum + module.value * (weight / total) }
            holders[0].0.parameter.value = sum
        }
    }
}
