import JSONValues
import Models
import Tensors

/// A model whose biases are trained where they are.
final class BitFitModel: TunedModel {
    let base: any TransformerModel
    private let biases: [Parameter]
    private let saved: SavedModules
    private let carrier: Linear

    /// - Parameters:
    ///   - biases: those that are trained.
    ///   - saved: the head, and every bias, trained or not: a file has them all.
    ///   - carrier: the layer that has factors without effect in files.
    init(base: any TransformerModel, biases: [Parameter], saved: SavedModules, carrier: Linear) {
        self.base = base
        self.biases = biases
        self.saved = saved
        self.carrier = carrier
    }

    var trainableParameters: [Parameter] { biases + saved.parameters }
    var changedParameters: [Parameter] { saved.all }

    func save(to folder: String, baseModelName: String?) throws {
        let method = LoRA(r: 1, loraAlpha: 1, targetModules: .names([carrier.name]), bias: .all)
        var tensors = try saved.tensors()
        tensors["\(LoRA.filePrefix)\(carrier.name).lora_A.weight"] = try Tensor.zeros([1, carrier.inputSize])
        tensors["\(LoRA.filePrefix)\(carrier.name).lora_B.weight"] = try Tensor.zeros([carrier.outputSize, 1])
        var configuration = method.fileConfiguration
        if carrier.weight.isTransposedInFile { configuration["fan_in_fan_out"] = true }
        try AdapterWriter(model: base, method: LoRA.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    /// The biases are the model's own.
    func merge() {}
    func unmerge() {}
}
