package import Models
package import Tensors

/// The head of the model is trained, and nothing else: what a method of fine-tuning has to be better than.
///
/// What is saved is LoRA with the head among `modules_to_save` and factors without effect.
package struct HeadOnly: FineTuningMethod, Hashable {
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []

    package init(modulesToSave: [String] = []) {
        self.modulesToSave = modulesToSave
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        let carrier = try InPlaceModel.carrier(in: model, besides: modulesToSave)
        let saved = try SavedModules(of: model, extra: modulesToSave, prefix: LoRA.filePrefix, isStrict: true)
        guard !saved.parameters.isEmpty else {
            throw PEFTError(
                ["a model for \(model.task.rawValue) has no head of its own, so there is nothing to train"],
                help: "name modules in modules_to_save, or take another method")
        }
        try saved.freezeOthers(in: model, isTrainable: true)
        return InPlaceModel(base: model, saved: saved, carrier: carrier, bias: .none)
    }
}
