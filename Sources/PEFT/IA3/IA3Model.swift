import JSONValues
import Models
import Tensors

/// A model some of whose linear layers are scaled.
final class IA3Model: TunedModel {
    let base: any TransformerModel
    private let method: IA3
    private let adapters: [IA3Layer]
    private let saved: SavedModules
    private let group: AdapterGroup

    init(base: any TransformerModel, method: IA3, adapters: [IA3Layer], saved: SavedModules) {
        self.base = base
        self.method = method
        self.adapters = adapters
        self.saved = saved
        group = AdapterGroup(adapters)
    }

    var trainableParameters: [Parameter] { adapters.map(\.vector) + saved.all }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        for adapter in adapters { tensors[LoRA.filePrefix + adapter.vector.name] = adapter.vector.value }
        var configuration = method.fileConfiguration
        group.complete(&configuration, targets: method.targetModules)
        try AdapterWriter(model: base, method: IA3.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    func merge() throws { try group.merge() }
    func unmerge() throws { try group.unmerge() }
}
