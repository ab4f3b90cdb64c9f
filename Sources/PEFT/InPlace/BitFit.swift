import Diagnostics
package import Models
package import Tensors

/// BitFit (Ben Zaken et al. 2021, arXiv:2106.10199): the biases of the model are trained, and nothing else but the head.
///
/// What is saved is LoRA with `bias: all` and factors without effect: PEFT takes all biases of the file.
package struct BitFit: FineTuningMethod, Hashable {
    /// Modules whose biases are trained, by PEFT's rules for names; nil is all.
    package var targetModules: TargetModules?
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []

    package init(targetModules: TargetModules? = nil) {
        self.targetModules = targetModules
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        let carrier = try InPlaceModel.carrier(in: model, besides: modulesToSave)
        let saved = try SavedModules(
            of: model, extra: modulesToSave, biases: { $0.isBias }, adapted: [.linear(carrier)],
            prefix: LoRA.filePrefix, isStrict: true)
        let biases = try trainedBiases(among: saved.biases, of: model)
        let trained = Set((biases + saved.parameters).map(\.name))
        try model.setTrainable { trained.contains($0.name) }
        return InPlaceModel(base: model, biases: biases, saved: saved, carrier: carrier, bias: .all)
    }

    private func trainedBiases(among all: [Parameter], of model: any TransformerModel) throws -> [Parameter] {
        guard !all.isEmpty else {
            throw PEFTError(
                ["a `\(model.modelType)` has no biases, so there is nothing to train"],
                help: "take another method: lora with target_modules all-linear, say")
        }
        guard let targetModules, targetModules != .allLinear else { return all }
        let chosen = try all.filter { try targetModules.matches($0.moduleName) }
        let unmatched: [String] =
            switch targetModules {
            case .names(let names):
                names.filter { name in !all.contains { TargetModules.matches(name, $0.moduleName) } }
            case .pattern(let pattern): chosen.isEmpty ? [pattern] : []
            case .allLinear: []
            }
        guard unmatched.isEmpty else {
            throw PEFTError(
                unmatched.map { "target_modules `\($0)` matches no module with a bias" },
                help: "the modules with a bias are "
                    + NumberedNames.summaries(of: all.map(\.moduleName)).joined(separator: ", "))
        }
        return chosen
    }
}

extension Parameter {
    /// Whether PEFT takes it for a bias, those of norms included.
    fileprivate var isBias: Bool { name.hasSuffix(".bias") }

    /// The path of the module that the parameter belongs to.
    fileprivate var moduleName: String { name.split(separator: ".").dropLast().joined(separator: ".") }
}
