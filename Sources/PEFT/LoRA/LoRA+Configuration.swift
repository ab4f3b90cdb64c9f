import JSONValues
package import Models

extension LoRA {
    package init(from configuration: inout ConfigurationReader) {
        self.init(
            r: configuration.integer("r", default: 8, in: 1...65536),
            loraAlpha: configuration.number("lora_alpha", default: 8, in: .leastNonzeroMagnitude...1e9),
            loraDropout: configuration.number("lora_dropout", default: 0, in: 0...1),
            targetModules: .allLinear,
            useRSLoRA: configuration.bool("use_rslora", default: false),
            useDoRA: configuration.bool("use_dora", default: false),
            bias: configuration.choice("bias", default: .none))
        targetModules = configuration.requiredTargets()
        excludeModules = configuration.modules("exclude_modules")
        layersToTransform = configuration.layerNumbers()
        layersPattern = configuration.names("layers_pattern") ?? []
        rankPattern = configuration.patterns("rank_pattern") { $0.intValue.flatMap { $0 > 0 ? $0 : nil } }
        alphaPattern = configuration.patterns("alpha_pattern") { $0.doubleValue.flatMap { $0 > 0 ? $0 : nil } }
        loraBias = configuration.bool("lora_bias", default: false)
        readInitialisation(&configuration)
        for key in ["layer_replication", "target_parameters", "trainable_token_indices"] {
            configuration.expect(key, toBe: [:], [], because: "this part of LoRA is not supported")
        }
        configuration.expect("use_qalora", toBe: false, because: "this variant of LoRA is not supported")
        // How the base model's file holds its matrices is known from the model. The others are of use only while a
        // variant is on.
        configuration.ignore(["fan_in_fan_out", "loftq_config", "megatron_core", "qalora_group_size"])
    }

    private mutating func readInitialisation(_ configuration: inout ConfigurationReader) {
        switch configuration.any("init_lora_weights") {
        case nil, true: initLoRAWeights = .kaiming
        case false: initLoRAWeights = .random
        case .string(let name) where name.lowercased() == "gaussian": initLoRAWeights = .gaussian
        // These begin with other values on an unchanged base: what was trained is in the file.
        case "eva", "orthogonal": break
        case let other?:
            configuration.report(
                "`init_lora_weights` is \(other.stringValue ?? other.kindDescription): such adapters belong to a base "
                    + "model whose weights were changed before training")
        }
    }

    /// What PEFT puts in front of the names of the model's modules.
    static var filePrefix: String { "base_model.model." }

    /// The keys that are not at PEFT's defaults, and those that every adapter has.
    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [
            "r": .int(r), "lora_alpha": .number(loraAlpha), "target_modules": targetModules.json,
            "bias": .string(bias.rawValue),
        ]
        if loraDropout != 0 { json["lora_dropout"] = .double(loraDropout) }
        if useRSLoRA { json["use_rslora"] = true }
        if useDoRA { json["use_dora"] = true }
        if loraBias { json["lora_bias"] = true }
        if let excludeModules { json["exclude_modules"] = excludeModules.json }
        if let layersToTransform { json["layers_to_transform"] = .array(layersToTransform.map { .int($0) }) }
        if !layersPattern.isEmpty { json["layers_pattern"] = .array(layersPattern.map { .string($0) }) }
        if !rankPattern.values.isEmpty { json["rank_pattern"] = .object(rankPattern.values.mapValues { .int($0) }) }
        if !alphaPattern.values.isEmpty {
            json["alpha_pattern"] = .object(alphaPattern.values.mapValues { .number($0) })
        }
        switch initLoRAWeights {
        case .kaiming: break
        case .gaussian: json["init_lora_weights"] = "gaussian"
        case .random: json["init_lora_weights"] = false
        // A file is for the base model as it was: see LoRAOrigin.
        case .pissa, .olora: break
        }
        return json
    }
}

extension JSONValue {
    /// A number without a fraction where it has none.
    static func number(_ value: Double) -> JSONValue { Int(exactly: value).map { .int($0) } ?? .double(value) }
}
