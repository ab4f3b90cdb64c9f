import JSONValues
import Models
import Tensors

/// A model whose linear layers have scaled parts of two shared matrices beside them.
final class VeRAModel: TunedModel {
    let base: any TransformerModel
    private let method: VeRA
    private let adapters: [VeRALayer]
    private let projection: VeRAProjection
    private let saved: SavedModules
    private let group: AdapterGroup

    init(
        base: any TransformerModel, method: VeRA, adapters: [VeRALayer], projection: VeRAProjection,
        saved: SavedModules
    ) {
        self.base = base
        self.method = method
        self.adapters = adapters
        self.projection = projection
        self.saved = saved
        group = AdapterGroup(adapters)
    }

    var trainableParameters: [Parameter] { adapters.flatMap { [$0.b, $0.d] } + saved.all }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        for vector in adapters.flatMap({ [$0.b, $0.d] }) { tensors[LoRA.filePrefix + vector.name] = vector.value }
        if method.saveProjection {
            tensors[VeRAProjection.aName] = projection.a
            tensors[VeRAProjection.bName] = projection.b
        }
        var configuration = method.fileConfiguration
        group.complete(&configuration, targets: method.targetModules)
        try AdapterWriter(model: base, method: VeRA.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    func merge() throws { try group.merge() }
    func unmerge() throws { try group.unmerge() }
}
