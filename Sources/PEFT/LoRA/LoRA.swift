package import Models
package import Tensors

/// Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): the change of a weight is a product of two small matrices.
///
/// The parameters are PEFT's `LoraConfig`'s. Names, shapes and formulas of the adapter are too.
package struct LoRA: PEFTMethod, Hashable {
    package static var peftType: String { "LORA" }

    /// Which of the base model's biases are trained.
    package enum Bias: String, CaseIterable, Sendable {
        case none
        /// Every bias of the model.
        case all
        /// Those of layers with an adapter.
        case loraOnly = "lora_only"
    }

    /// The values that training begins with, `init_lora_weights`.
    package enum Initialisation: Sendable, Hashable {
        /// A from U(±1/√inputs), B zero: the adapter begins as no change. `true` in PEFT.
        case kaiming
        /// A from N(0, 1/r²), B zero.
        case gaussian
        /// A from U(±1/√inputs), B from U(±1/√r): the adapter begins as a change, for tests. `false` in PEFT.
        case random
        /// The largest singular values and vectors of the weight (Meng et al. 2024, arXiv:2404.02948).
        case pissa
        /// The first columns and rows of the weight's QR decomposition (Büyükakyüz 2024, arXiv:2406.01775).
        case olora

        /// Whether the adapter begins with a part of the base model's weights, which is taken out of them.
        var changesBase: Bool { self == .pissa || self == .olora }
    }

    /// The rank of the change.
    package var r: Int
    /// The change is scaled by `lora_alpha / r`.
    package var loraAlpha: Double
    /// The probability that a component of the adapter's input is dropped while training.
    package var loraDropout: Double
    package var targetModules: TargetModules
    /// What is left out of the targets.
    package var excludeModules: TargetModules?
    /// The layers that are meant, by their numbers.
    package var layersToTransform: [Int]?
    /// What stands in front of a layer's number in names.
    package var layersPattern: [String] = []
    /// Scales by `lora_alpha / √r` instead (Kalajdzievski 2023, arXiv:2312.03732).
    package var useRSLoRA: Bool
    /// Trains each output's magnitude apart from its direction (Liu et al. 2024, arXiv:2402.09353).
    package var useDoRA: Bool
    /// Other ranks for some modules.
    package var rankPattern: ModulePatterns<Int> = [:]
    /// Other alphas for some modules.
    package var alphaPattern: ModulePatterns<Double> = [:]
    package var bias: Bias
    /// Whether the adapter has a bias of its own, behind B.
    package var loraBias = false
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []
    package var initLoRAWeights = Initialisation.kaiming

    package init(
        r: Int = 8, loraAlpha: Double = 8, loraDropout: Double = 0, targetModules: TargetModules,
        useRSLoRA: Bool = false, useDoRA: Bool = false, bias: Bias = .none
    ) {
        self.r = r
        self.loraAlpha = loraAlpha
        self.loraDropout = loraDropout
        self.targetModules = targetModules
        self.useRSLoRA = useRSLoRA
        self.useDoRA = useDoRA
        self.bias = bias
    }

    /// s, where no pattern says otherwise.
    package var scale: Double { scale(r: r, alpha: loraAlpha) }

    private func scale(r: Int, alpha: Double) -> Double { alpha / (useRSLoRA ? Double(r).squareRoot() : Double(r)) }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try validate()
        let targets = try selection.saving(SavedModules.names(of: model, extra: modulesToSave), isStrict: true)
            .select(in: model)
        let saved = try savedModules(of: model, extra: modulesToSave, targets: targets, isStrict: true)
        if initLoRAWeights.changesBase { try checkPrincipal(targets) }
        let tuned = try assemble(on: model, targets: targets, saved: saved, isTrainable: true) { shape in
            try firstValues(shape, generator: generator)
        }
        if initLoRAWeights.changesBase { try tuned.takeFirstValuesOutOfBase() }
        return tuned
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try validate()
        let names = source.header.effectiveModulesToSave
        let targets = try selection.saving(names, isStrict: false).select(in: model)
        let saved = try savedModules(of: model, extra: names, targets: targets, isStrict: false)
        try saved.read(from: source.tensors, for: model)
        let replaced = try replaceBaseLayers(of: targets, from: source.tensors)
        let tuned = try assemble(
            on: model, targets: targets, saved: saved, replaced: replaced, isTrainable: source.isTrainable
        ) { shape in
            try LoRAFactors(shape) { name, shape in
                try source.tensors.parameter(Self.filePrefix + name, shape: shape, role: .weight).value
            }
        }
        return source.isTrainable ? try withoutIdleFactors(tuned, targets) : tuned
    }

    /// The same model, but for one whose factors are all zero, as ``BitFit`` and ``HeadOnly`` write them: these have no
    /// gradient, and what is trained is where it is.
    private func withoutIdleFactors(_ tuned: LoRAModel, _ targets: [AdaptableModule]) throws -> any TunedModel {
        guard targets.count == 1, case .linear(let carrier) = targets[0], !useDoRA, !loraBias,
            try tuned.adapters.allSatisfy({ try $0.factors.a.value.isAllZero() && $0.factors.b.value.isAllZero() })
        else { return tuned }
        carrier.adapter = nil
        return InPlaceModel(
            base: tuned.base, biases: tuned.saved.biases, saved: tuned.saved, carrier: carrier, bias: bias)
    }

    // MARK: Parts

    var selection: ModuleSelection {
        ModuleSelection(
            targetModules: targetModules, excludeModules: excludeModules, layersToTransform: layersToTransform,
            layersPattern: layersPattern)
    }

    private func savedModules(
        of model: any TransformerModel, extra: [String], targets: [AdaptableModule], isStrict: Bool
    ) throws -> SavedModules {
        let adapted = Set(targets.map { "\($0.name).bias" })
        return try SavedModules(
            of: model, extra: extra,
            biases: { parameter in
                switch bias {
                case .none: false
                case .all: parameter.name.hasSuffix(".bias")
                case .loraOnly: adapted.contains(parameter.name)
                }
            }, adapted: targets, prefix: Self.filePrefix, isStrict: isStrict)
    }

    /// Takes the weights that PEFT writes under adapters of `embed_tokens` and `lm_head`, and reads into the base.
    private func replaceBaseLayers(of targets: [AdaptableModule], from tensors: WeightReader) throws -> [Parameter] {
        try targets.map(\.weight).filter { weight in
            let name = Self.filePrefix + weight.name.dropLast("weight".count) + "base_layer.weight"
            guard tensors.contains(name) else { return false }
            weight.value = try tensors.parameter(
                name, shape: weight.shape, role: weight.role, isTransposedInFile: weight.isTransposedInFile
            ).value.to(weight.value.dtype)
            return true
        }
    }

    /// Puts adapters on modules.
    ///
    /// - Parameter values: the tensors of an adapter.
    func assemble(
        on model: any TransformerModel, targets: [AdaptableModule], saved: SavedModules, replaced: [Parameter] = [],
        isTrainable: Bool, values: (LoRAFactors.Shape) throws -> LoRAFactors
    ) throws -> LoRAModel {
        try saved.freezeOthers(in: model, isTrainable: isTrainable)
        let adapters = try targets.map { module -> any LoRAAdapter in
            let rank = try rankPattern.value(for: module.name, key: "rank_pattern") ?? r
            let alpha = try alphaPattern.value(for: module.name, key: "alpha_pattern") ?? loraAlpha
            let shape = LoRAFactors.Shape(
                module, r: rank, scale: scale(r: rank, alpha: alpha), hasMagnitude: useDoRA, hasBias: loraBias)
            let factors = try values(shape)
            for parameter in factors.parameters { try parameter.setTrainable(isTrainable) }
            switch module {
            case .linear(let layer): return LoRALayer(layer, factors, dropout: loraDropout)
            case .embedding(let table): return LoRAEmbedding(table, factors)
            }
        }
        return LoRAModel(base: model, method: self, adapters: adapters, saved: saved, replaced: replaced)
    }

    private func validate() throws {
        var problems: [String] = []
        if r < 1 { problems.append("r is \(r), expected at least 1") }
        for (pattern, rank) in rankPattern.values.sorted(by: { $0.key < $1.key }) where rank < 1 {
            problems.append("rank_pattern `\(pattern)` is \(rank), expected at least 1")
        }
        if !loraAlpha.isFinite || loraAlpha <= 0 { problems.append("lora_alpha is \(loraAlpha), expected more than 0") }
        if !(0..<1).contains(loraDropout) {
            problems.append("lora_dropout is \(loraDropout), expected at least 0 and less than 1")
        }
        problems += selection.problems
        if loraBias, useDoRA { problems.append("lora_bias is not defined together with use_dora") }
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}
