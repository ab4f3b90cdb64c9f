package import Models
package import Tensors

/// AdaLoRA (Zhang et al. 2023, arXiv:2303.10512): low-rank updates in the form of singular value decompositions, whose
/// ranks are taken from layers that need them less.
///
/// The parameters are PEFT's `AdaLoraConfig`'s; `total_step` follows from the training.
package struct AdaLoRA: PEFTMethod, Hashable {
    package static var peftType: String { "ADALORA" }

    /// The rank that layers have on average in the end.
    package var targetR: Int
    /// The rank that each begins with.
    package var initR: Int
    /// The update is scaled by `lora_alpha / init_r`.
    package var loraAlpha: Double
    /// The probability that a component of a layer's input is dropped while training.
    package var loraDropout: Double
    package var targetModules: TargetModules
    /// What is left out of the targets.
    package var excludeModules: TargetModules?
    /// The layers that are meant, by their numbers.
    package var layersToTransform: [Int]?
    /// What stands in front of a layer's number in names.
    package var layersPattern: [String] = []
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []
    /// When and how ranks are taken.
    package var budget: Budget
    /// How much the factors' distance from orthogonality counts in the loss.
    package var orthRegWeight: Double
    /// Which rows of the `init_r` each module still has, by `NAME.lora_E`; nil before any was taken.
    var rankPattern: [String: [Bool]]?

    package struct Budget: Sendable, Hashable {
        /// Steps before the first rank is taken.
        package var tinit = 0
        /// Steps in the end in which ranks stay as they are.
        package var tfinal = 0
        /// Steps from one setting of ranks to the next.
        package var deltaT = 1
        /// How slowly the mean of sensitivities follows.
        package var beta1 = 0.85
        /// How slowly the mean of their uncertainty follows.
        package var beta2 = 0.85
        /// Steps of the training, as a file says it.
        var totalSteps: Int?

        package init() {}
    }

    package init(
        targetR: Int = 8, initR: Int = 12, loraAlpha: Double = 8, loraDropout: Double = 0, targetModules: TargetModules,
        orthRegWeight: Double = 0.5, budget: Budget = Budget()
    ) {
        self.targetR = targetR
        self.initR = initR
        self.loraAlpha = loraAlpha
        self.loraDropout = loraDropout
        self.targetModules = targetModules
        self.orthRegWeight = orthRegWeight
        self.budget = budget
    }

    /// s; PEFT keeps the quotient from dividing by zero.
    var scale: Double { loraAlpha / (Double(initR) + 1e-5) }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try validate()
        return try attach(
            to: try LinearTargets(selection, of: model, modulesToSave: modulesToSave) { name, shape in
                name.hasSuffix(AdaLoRALayer.eName)
                    ? try Tensor.zeros(shape)
                    : try Tensor.normal(shape, mean: 0, standardDeviation: 0.02, generator: generator)
            })
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try validate()
        return try attach(to: try LinearTargets(selection, of: model, from: source))
    }

    private var selection: ModuleSelection {
        ModuleSelection(
            targetModules: targetModules, excludeModules: excludeModules, layersToTransform: layersToTransform,
            layersPattern: layersPattern)
    }

    private func attach(to targets: LinearTargets) throws -> any TunedModel {
        let adapters = try targets.map { layer in
            let rows = rankPattern?["\(layer.name).\(AdaLoRALayer.eName)"] ?? Array(repeating: true, count: initR)
            guard rows.count == initR else {
                throw PEFTError([
                    "rank_pattern has \(rows.count) values for `\(layer.name)`, expected init_r, which is \(initR)"
                ])
            }
            let r = rows.count { $0 }
            return AdaLoRALayer(
                layer, a: try targets.parameter(AdaLoRALayer.aName, [r, layer.inputSize], of: layer),
                e: try targets.parameter(AdaLoRALayer.eName, [r, 1], of: layer),
                b: try targets.parameter(AdaLoRALayer.bName, [layer.outputSize, r], of: layer), rows: rows,
                scale: scale, dropout: loraDropout)
        }
        return AdaLoRAModel(base: targets.model, method: self, adapters: adapters, saved: targets.saved)
    }

    private func validate() throws {
        var problems: [String] = []
        func require(_ condition: Bool, _ problem: String) { if !condition { problems.append(problem) } }
        require(targetR >= 1, "target_r is \(targetR), expected at least 1")
        require(targetR < initR, "target_r is \(targetR) and init_r \(initR): ranks are taken, so init_r is the larger")
        require(loraAlpha.isFinite && loraAlpha > 0, "lora_alpha is \(loraAlpha), expected more than 0")
        require((0..<1).contains(loraDropout), "lora_dropout is \(loraDropout), expected at least 0 and less than 1")
        require(budget.tinit >= 0, "tinit is \(budget.tinit), expected at least 0")
        require(budget.tfinal >= 0, "tfinal is \(budget.tfinal), expected at least 0")
        require(budget.deltaT >= 1, "deltaT is \(budget.deltaT), expected at least 1")
        for (name, beta) in [("beta1", budget.beta1), ("beta2", budget.beta2)] {
            require(beta > 0 && beta < 1, "\(name) is \(beta), expected more than 0 and less than 1")
        }
        require(
            orthRegWeight >= 0 && orthRegWeight.isFinite, "orth_reg_weight is \(orthRegWeight), expected at least 0")
        problems += selection.problems
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}
