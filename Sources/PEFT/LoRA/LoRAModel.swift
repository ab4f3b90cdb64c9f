import JSONValues
import Models
import Tensors

/// A model whose linear layers have low-rank adapters.
final class LoRAModel: TunedModel {
    let base: any TransformerModel
    private let method: LoRA
    private var layers: [(layer: Linear, adapter: LoRALayer)]

    init(base: any TransformerModel, method: LoRA, layers: [(layer: Linear, adapter: LoRALayer)]) {
        self.base = base
        self.method = method
        self.layers = layers
    }

    var trainableParameters: [Parameter] { layers.flatMap(\.adapter.parameters) + base.headParameters }

    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        try base.logits(for: input, mode: mode)
    }

    func save(to folder: String, baseModelName: String?) throws {
        let tensors = trainableParameters.map { (LoRA.filePrefix + $0.name, $0.value) }
        try AdapterFolder.write(
            Dictionary(uniqueKeysWithValues: tensors), configuration: method.fileConfiguration, method: LoRA.self,
            model: base, baseModelName: baseModelName, to: folder)
    }

    func merge() throws {
        for (layer, adapter) in layers {
            layer.weight.value = try adapter.mergedWeight(of: layer)
            layer.adapter = nil
        }
        layers = []
    }
}
