package import Models
package import Tensors

/// Trains every parameter of the model, for comparison: nothing is added, and a whole model is saved.
package struct FullFineTuning: FineTuningMethod, Hashable {
    package init() {}

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try model.setTrainable { _ in true }
        return FullyTunedModel(base: model)
    }

    /// A whole model that was trained before, to compute with.
    package static func tuned(_ model: any TransformerModel) -> any TunedModel { FullyTunedModel(base: model) }
}

private final class FullyTunedModel: TunedModel {
    let base: any TransformerModel

    init(base: any TransformerModel) {
        self.base = base
    }

    var trainableParameters: [Parameter] { base.parameters }

    func save(to folder: String, baseModelName: String?) throws {
        try base.save(to: folder)
    }

    /// The changes are in the model's own weights already.
    func merge() {}
}
