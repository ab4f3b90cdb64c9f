import JSONValues
package import Models
package import Tensors

/// (IA)³ (Liu et al. 2022, arXiv:2205.05638): outputs of some linear layers, and inputs of others, are scaled by learned
/// vectors.
///
/// The parameters are PEFT's `IA3Config`'s.
package struct IA3: PEFTMethod, Hashable {
    package static var peftType: String { "IA3" }

    package var targetModules: TargetModules
    /// Those of the targets whose inputs are scaled. A name means every layer whose path ends with it, in the middle of
    /// a component too, as in PEFT.
    package var feedforwardModules: TargetModules?
    /// What is left out of the targets.
    package var excludeModules: TargetModules?
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []
    /// Whether vectors begin with ones, and so as no change; else with N(0, 1), for tests.
    package var initIA3Weights = true

    package init(targetModules: TargetModules, feedforwardModules: TargetModules? = nil) {
        self.targetModules = targetModules
        self.feedforwardModules = feedforwardModules
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        let targets = try LinearTargets(selection, of: model, modulesToSave: modulesToSave) { _, shape in
            initIA3Weights
                ? try Tensor.ones(shape)
                : try Tensor.normal(shape, mean: 0, standardDeviation: 1, generator: generator)
        }
        if case .names(let names) = feedforwardModules {
            let unmatched = names.filter { name in !targets.layers.contains { $0.name.hasSuffix(name) } }
            guard unmatched.isEmpty else {
                throw PEFTError(unmatched.map { "feedforward_modules `\($0)` is none of target_modules" })
            }
        }
        return try attach(to: targets)
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try attach(to: try LinearTargets(selection, of: model, from: source))
    }

    private var selection: ModuleSelection {
        ModuleSelection(targetModules: targetModules, excludeModules: excludeModules)
    }

    private func scalesInput(_ layer: Linear) throws -> Bool {
        switch feedforwardModules {
        case .names(let names): names.contains { layer.name.hasSuffix($0) }
        case .pattern, .allLinear: try feedforwardModules?.matches(layer.name) ?? false
        case nil: false
        }
    }

    private func attach(to targets: LinearTargets) throws -> any TunedModel {
        let adapters = try targets.map { layer in
            let scalesInput = try scalesInput(layer)
            let shape = scalesInput ? [1, layer.inputSize] : [layer.outputSize, 1]
            return IA3Layer(layer, try targets.parameter("ia3_l", shape, of: layer), scalesInput: scalesInput)
        }
        return IA3Model(base: targets.model, method: self, adapters: adapters, saved: targets.saved)
    }
}

// MARK: - PEFT's files

extension IA3 {
    package init(from configuration: inout ConfigurationReader) {
        self.init(targetModules: .allLinear)
        targetModules = configuration.requiredTargets()
        feedforwardModules = configuration.modules("feedforward_modules")
        excludeModules = configuration.modules("exclude_modules")
        initIA3Weights = configuration.bool("init_ia3_weights", default: true)
        // How the base model's file holds its matrices is known from the model.
        configuration.ignore(["fan_in_fan_out"])
    }

    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [
            "target_modules": targetModules.json,
            "feedforward_modules": feedforwardModules?.json ?? [],
        ]
        if let excludeModules { json["exclude_modules"] = excludeModules.json }
        if !initIA3Weights { json["init_ia3_weights"] = false }
        return json
    }
}
