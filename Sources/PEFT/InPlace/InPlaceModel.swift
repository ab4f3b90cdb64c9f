import JSONValues
import Models
import Tensors

/// A model of which parts are trained where they are: its head, and its biases or none.
///
/// PEFT has no type for that. What is saved is an adapter of a type that it has: LoRA whose one pair of factors, of rank 1, is
/// zero. PEFT then takes what the file has besides, and goes on to train that alone: the gradient of factors that are both
/// zero is zero.
final class InPlaceModel: TunedModel {
    let base: any TransformerModel
    private let biases: [Parameter]
    private let saved: SavedModules
    private let carrier: Linear
    private let bias: LoRA.Bias

    /// - Parameters:
    ///   - biases: those that are trained.
    ///   - saved: the head, and every bias, trained or not: a file has them all.
    ///   - carrier: the layer that has factors without effect in files.
    ///   - bias: which biases PEFT finds in the file.
    init(
        base: any TransformerModel, biases: [Parameter] = [], saved: SavedModules, carrier: Linear, bias: LoRA.Bias
    ) {
        self.base = base
        self.biases = biases
        self.saved = saved
        self.carrier = carrier
        self.bias = bias
    }

    /// The layer that has the factors without effect.
    ///
    /// - Parameter modulesToSave: modules that are trained as a whole.
    static func carrier(in model: any TransformerModel, besides modulesToSave: [String]) throws -> Linear {
        let head = model.headModules
        let layer = model.linears.first { layer in
            layer !== model.outputLayer && !head.contains { ".\(layer.name).".contains(".\($0).") }
                && !modulesToSave.contains { layer.name.hasSuffix($0) }
        }
        guard let layer else { throw PEFTError(["the model has no linear layer besides its head"]) }
        return layer
    }

    var trainableParameters: [Parameter] { biases + saved.parameters }
    var changedParameters: [Parameter] { saved.all }

    func save(to folder: String, baseModelName: String?) throws {
        let method = LoRA(r: 1, loraAlpha: 1, targetModules: .names([carrier.name]), bias: bias)
        var tensors = try saved.tensors()
        tensors["\(LoRA.filePrefix)\(carrier.name).lora_A.weight"] = try Tensor.zeros([1, carrier.inputSize])
        tensors["\(LoRA.filePrefix)\(carrier.name).lora_B.weight"] = try Tensor.zeros([carrier.outputSize, 1])
        var configuration = method.fileConfiguration
        if carrier.weight.isTransposedInFile { configuration["fan_in_fan_out"] = true }
        try AdapterWriter(model: base, method: LoRA.self, baseModelName: baseModelName).write(
            tensors, configuration: configuration, saved: saved, fingerprint: baseFingerprint(), to: folder)
    }

    /// What is trained is the model's own.
    func merge() {}
    func unmerge() {}
}
