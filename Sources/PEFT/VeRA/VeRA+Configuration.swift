import JSONValues
package import Models

extension VeRA {
    package init(from configuration: inout ConfigurationReader) {
        self.init(
            r: configuration.integer("r", default: 256, in: 1...65536), targetModules: .allLinear,
            projectionPRNGKey: configuration.integer("projection_prng_key", default: 0, in: 0 ... .max),
            saveProjection: configuration.bool("save_projection", default: true),
            veraDropout: configuration.number("vera_dropout", default: 0, in: 0...1),
            dInitial: configuration.number("d_initial", default: 0.1, in: -1e9...1e9))
        targetModules = configuration.requiredTargets()
        layersToTransform = configuration.layerNumbers()
        layersPattern = configuration.names("layers_pattern") ?? []
        configuration.expect("bias", toBe: "none", because: "biases beside VeRA are not supported")
        // What training began with is in the file, and how the base model's file holds its matrices is known from the
        // model.
        configuration.ignore(["init_weights", "fan_in_fan_out"])
    }

    /// The keys that are not at PEFT's defaults, and those that every adapter has.
    var fileConfiguration: [String: JSONValue] {
        var json: [String: JSONValue] = [
            "r": .int(r), "target_modules": targetModules.json, "projection_prng_key": .int(projectionPRNGKey),
            "save_projection": .bool(saveProjection), "d_initial": .double(dInitial),
        ]
        if veraDropout != 0 { json["vera_dropout"] = .double(veraDropout) }
        if let layersToTransform { json["layers_to_transform"] = .array(layersToTransform.map { .int($0) }) }
        if !layersPattern.isEmpty { json["layers_pattern"] = .array(layersPattern.map { .string($0) }) }
        return json
    }
}
