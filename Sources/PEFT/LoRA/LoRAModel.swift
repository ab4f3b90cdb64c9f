import JSONValues
import Models
import Tensors

/// A model whose linear layers and tables have low-rank adapters.
final class LoRAModel: TunedModel {
    let base: any TransformerModel
    let method: LoRA
    let adapters: [any LoRAAdapter]
    let saved: SavedModules
    /// Weights of the base model that came with the adapter.
    let replaced: [Parameter]
    /// What the adapters took out of the base model, if they did.
    private var origin: LoRAOrigin?
    private let group: AdapterGroup

    init(
        base: any TransformerModel, method: LoRA, adapters: [any LoRAAdapter], saved: SavedModules,
        replaced: [Parameter]
    ) {
        self.base = base
        self.method = method
        self.adapters = adapters
        self.saved = saved
        self.replaced = replaced
        group = AdapterGroup(adapters)
    }

    var trainableParameters: [Parameter] { adapters.flatMap(\.factors.parameters) + saved.biases + saved.parameters }
    var changedParameters: [Parameter] { trainableParameters + replaced }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        for parameter in adapters.flatMap(\.factors.parameters) {
            tensors[LoRA.filePrefix + parameter.name] = try origin?.fileValue(of: parameter) ?? parameter.value
        }
        for weight in replaced {
            let module = LoRA.filePrefix + weight.name.dropLast("weight".count)
            tensors[module + "base_layer.weight"] = try weight.fileValue
        }
        var configuration = (origin == nil ? method : method.doubled).fileConfiguration
        group.complete(&configuration, targets: method.targetModules)
        let writer = AdapterWriter(model: base, method: LoRA.self, baseModelName: baseModelName)
        try writer.write(
            tensors, configuration: configuration, saved: saved,
            fingerprint: try origin?.fingerprint ?? baseFingerprint(), to: folder)
    }

    /// Takes what the adapters begin with out of the base model's weights, so that both together are what they were.
    func takeFirstValuesOutOfBase() throws {
        origin = try LoRAOrigin(adapters, fingerprint: baseFingerprint())
        try withoutGradients {
            for adapter in adapters {
                let weight = adapter.weight
                weight.value = try (weight.value.to(.float32) - adapter.factors.change()).to(weight.value.dtype)
            }
        }
    }

    func merge() throws {
        if base.tiesWordEmbeddings, adapters.contains(where: { $0.weight === base.wordEmbeddings.weight }) {
            throw PEFTError(
                [
                    "the adapter of `\(base.wordEmbeddings.name)` can't be merged: the table also gives the logits, "
                        + "which the adapter leaves as they are"
                ], help: "use the base model together with the adapter")
        }
        try group.merge()
    }

    func unmerge() throws { try group.unmerge() }
}
