import JSONValues
package import Models

extension AdaLoRA {
    package init(from configuration: inout ConfigurationReader) {
        let ranks = 0...65536
        self.init(
            targetR: configuration.integer("target_r", default: 8, in: ranks),
            initR: configuration.integer("init_r", default: 12, in: ranks),
            loraAlpha: configuration.number("lora_alpha", default: 8, in: .leastNonzeroMagnitude...1e9),
            loraDropout: configuration.number("lora_dropout", default: 0, in: 0...1), targetModules: .allLinear,
            orthRegWeight: configuration.number("orth_reg_weight", default: 0.5, in: 0...1e9),
            budget: Budget(from: &configuration))
        targetModules = configuration.requiredTargets()
        excludeModules = configuration.modules("exclude_modules")
        layersToTransform = configuration.layerNumbers()
        layersPattern = configuration.names("layers_pattern") ?? []
        readRanks(&configuration)
        configuration.expect("bias", toBe: "none", because: "biases beside AdaLoRA are not supported")
        for key in ["use_dora", "use_rslora", "lora_bias"] {
            configuration.expect(key, toBe: false, because: "AdaLoRA has no such variant")
        }
        for key in ["alpha_pattern", "layer_replication", "target_parameters", "trainable_token_indices"] {
            configuration.expect(key, toBe: [:], [], because: "this part of LoRA is not supported with AdaLoRA")
        }
        // LoRA's own rank is not read, and what training began with is in the file. The others are of use only while a
        // variant is on, or known from the model.
        configuration.ignore([
            "r", "init_lora_weights", "fan_in_fan_out", "loftq_config", "megatron_core", "qalora_group_size",
        ])
    }

    private mutating func readRanks(_ configuration: inout ConfigurationReader) {
        guard let value = configuration.any("rank_pattern"), value != [:] else { return }
        let pattern = value.objectValue?.compactMapValues { rows -> [Bool]? in
            let flags = rows.arrayValue?.compactMap(\.boolValue)
            return flags?.count == rows.arrayValue?.count ? flags : nil
        }
        guard let pattern, pattern.count == value.objectValue?.count else {
            configuration.report("`rank_pattern`: expected lists of true and false by names")
            return
        }
        rankPattern = pattern
    }

    /// The keys that are not at PEFT's defaults, and those that every adapter has.
    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [
            "init_r": .int(initR), "target_r": .int(targetR), "lora_alpha": .number(loraAlpha),
            "target_modules": targetModules.json, "bias": "none", "tinit": .int(budget.tinit),
            "tfinal": .int(budget.tfinal), "deltaT": .int(budget.deltaT), "beta1": .double(budget.beta1),
            "beta2": .double(budget.beta2), "orth_reg_weight": .double(orthRegWeight),
            // PEFT refuses a file without, and one that leaves no step for setting ranks.
            "total_step": .int(budget.totalSteps ?? budget.tinit + budget.tfinal + 1),
        ]
        if loraDropout != 0 { json["lora_dropout"] = .double(loraDropout) }
        if let excludeModules { json["exclude_modules"] = excludeModules.json }
        if let layersToTransform { json["layers_to_transform"] = .array(layersToTransform.map { .int($0) }) }
        if !layersPattern.isEmpty { json["layers_pattern"] = .array(layersPattern.map { .string($0) }) }
        return json
    }
}

extension AdaLoRA.Budget {
    fileprivate init(from configuration: inout ConfigurationReader) {
        self.init()
        tinit = configuration.integer("tinit", default: 0, in: 0 ... .max)
        tfinal = configuration.integer("tfinal", default: 0, in: 0 ... .max)
        deltaT = configuration.integer("deltaT", default: 1, in: 1 ... .max)
        beta1 = configuration.number("beta1", default: 0.85, in: 0...1)
        beta2 = configuration.number("beta2", default: 0.85, in: 0...1)
        totalSteps = configuration.optionalInteger("total_step", in: 1 ... .max)
    }
}
