import Foundation
import JSONValues
package import Models
package import Tensors

/// Low-rank adaptation (Hu et al. 2021, arXiv:2106.09685): the change of a weight is a product of two small matrices.
///
/// The parameters are PEFT's `LoraConfig`'s. Names, shapes and formulas of the adapter are too.
package struct LoRA: PEFTMethod, Hashable {
    package static var peftType: String { "LORA" }

    /// The rank of the change.
    package var r: Int
    /// The change is scaled by `lora_alpha / r`.
    package var loraAlpha: Double
    /// The probability that a component of the adapter's input is dropped while training.
    package var loraDropout: Double
    package var targetModules: TargetModules
    /// Scales by `lora_alpha / √r` instead (Kalajdzievski 2023, arXiv:2312.03732).
    package var useRSLoRA: Bool

    package init(
        r: Int = 8, loraAlpha: Double = 8, loraDropout: Double = 0, targetModules: TargetModules,
        useRSLoRA: Bool = false
    ) {
        self.r = r
        self.loraAlpha = loraAlpha
        self.loraDropout = loraDropout
        self.targetModules = targetModules
        self.useRSLoRA = useRSLoRA
    }

    /// s
    package var scale: Double { loraAlpha / (useRSLoRA ? Double(r).squareRoot() : Double(r)) }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try attach(to: model, isTrainable: true) { layer in
            // PyTorch's kaiming_uniform_(a = √5), which comes to U(±1/√inputs).
            let bound = 1 / Double(layer.inputSize).squareRoot()
            return (
                try Tensor.uniform([r, layer.inputSize], low: -bound, high: bound, generator: generator),
                try Tensor.zeros([layer.outputSize, r])
            )
        }
    }

    /// - Parameter values: A (r, inputs) and B (outputs, r) of a layer.
    private func attach(
        to model: any TransformerModel, isTrainable: Bool, values: (Linear) throws -> (a: Tensor, b: Tensor)
    ) throws -> any TunedModel {
        try validate()
        let head = Set(model.headParameters.map(\.name))
        let targets = try targetModules.select(in: model)
        try model.setTrainable { isTrainable && head.contains($0.name) }
        let layers = try targets.map { layer in
            let (a, b) = try values(layer)
            let device = layer.weight.value.device
            let adapter = LoRALayer(
                a: Parameter(name: "\(layer.name).lora_A.weight", role: .weight, value: try a.to(device)),
                b: Parameter(name: "\(layer.name).lora_B.weight", role: .weight, value: try b.to(device)),
                scale: scale, dropout: loraDropout)
            for parameter in adapter.parameters { try parameter.setTrainable(isTrainable) }
            return (layer: layer, adapter: adapter)
        }
        for (layer, adapter) in layers { layer.adapter = adapter }
        return LoRAModel(base: model, method: self, layers: layers)
    }

    private func validate() throws {
        var problems: [String] = []
        if r < 1 { problems.append("r is \(r), expected at least 1") }
        if !loraAlpha.isFinite || loraAlpha <= 0 { problems.append("lora_alpha is \(loraAlpha), expected more than 0") }
        if !(0..<1).contains(loraDropout) {
            problems.append("lora_dropout is \(loraDropout), expected at least 0 and less than 1")
        }
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}

// MARK: - PEFT's files

extension LoRA {
    package init(from configuration: inout ConfigurationReader) {
        self.init(
            r: configuration.integer("r", default: 8, in: 1...65536),
            loraAlpha: configuration.number("lora_alpha", default: 8, in: .leastNonzeroMagnitude...1e9),
            loraDropout: configuration.number("lora_dropout", default: 0, in: 0...1),
            targetModules: .allLinear,
            useRSLoRA: configuration.bool("use_rslora", default: false))
        if let json = configuration.any("target_modules"), let targets = TargetModules(json) {
            targetModules = targets
        } else {
            configuration.report("`target_modules`: expected a list of names or a regular expression")
        }
        configuration.expect("bias", toBe: "none", because: "adapters that train biases are not supported")
        for key in [
            "alpha_pattern", "exclude_modules", "layer_replication", "layers_pattern", "layers_to_transform",
            "rank_pattern", "target_parameters", "trainable_token_indices",
        ] {
            configuration.expect(key, toBe: [:], [], because: "this part of LoRA is not supported")
        }
        for key in ["fan_in_fan_out", "lora_bias", "use_dora", "use_qalora"] {
            configuration.expect(key, toBe: false, because: "this variant of LoRA is not supported")
        }
        // Of use only while a variant is on, or before training.
        configuration.ignore(["init_lora_weights", "loftq_config", "megatron_core", "qalora_group_size"])
    }

    package func attach(
        to model: any TransformerModel, from tensors: WeightReader, folder: String, isTrainable: Bool
    ) throws -> any TunedModel {
        for parameter in model.headParameters {
            parameter.value = try tensors.parameter(
                Self.filePrefix + parameter.name, shape: parameter.shape, role: parameter.role
            ).value
        }
        return try attach(to: model, isTrainable: isTrainable) { layer in
            let name = Self.filePrefix + layer.name
            return (
                try tensors.parameter("\(name).lora_A.weight", shape: [r, layer.inputSize], role: .weight).value,
                try tensors.parameter("\(name).lora_B.weight", shape: [layer.outputSize, r], role: .weight).value
            )
        }
    }

    /// What PEFT puts in front of the names of the model's modules.
    static var filePrefix: String { "base_model.model." }

    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [
            "r": .int(r),
            "lora_alpha": Int(exactly: loraAlpha).map { .int($0) } ?? .double(loraAlpha),
            "target_modules": targetModules.json,
            "bias": "none",
        ]
        if loraDropout != 0 { json["lora_dropout"] = .double(loraDropout) }
        if useRSLoRA { json["use_rslora"] = true }
        return json
    }
}
