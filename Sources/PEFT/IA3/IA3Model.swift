import JSONValues
import Models
import Tensors

/// A model some of whose linear layers are scaled.
final class IA3Model: TunedModel {
    let base: any TransformerModel
    private let method: IA3
    private let adapters: [IA3Layer]
    private let saved: SavedModules
    private var isMerged = false

    init(base: any TransformerModel, method: IA3, adapters: [IA3Layer], saved: SavedModules) {
        self.base = base
        self.method = method
        self.adapters = adapters
        self.saved = saved
    }

    var trainableParameters: [Parameter] { adapters.map(\.vector) + saved.all }

    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        try base.logits(for: input, mode: mode)
    }

    func save(to folder: String, baseModelName: String?) throws {
        var tensors = try saved.tensors()
        for adapter in adapters { tensors[LoRA.filePrefix + adapter.vector.name] = adapter.vector.value }
        var configuration = method.fileConfiguration
        if method.targetModules == .allLinear {
            configuration["target_modules"] = TargetModules.names(adapters.map(\.layer.name)).json
        }
        if adapters.contains(where: { $0.layer.weight.isTransposedInFile }) { configuration["fan_in_fan_out"] = true }
        try AdapterWriter(model: base, method: IA3.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    func merge() throws {
        guard !isMerged else { return }
        for adapter in adapters {
            try adapter.merge()
            adapter.layer.adapter = nil
        }
        isMerged = true
    }

    func unmerge() throws {
        guard isMerged else { return }
        for adapter in adapters {
            try adapter.unmerge()
            adapter.layer.adapter = adapter
        }
        isMerged = false
    }
}
