package import Models
package import Tensors

/// VeRA (Kopiczko et al. 2023, arXiv:2310.11454): one frozen pair of random matrices for all layers, and two trained
/// vectors for each.
///
/// The parameters are PEFT's `VeraConfig`'s.
package struct VeRA: PEFTMethod, Hashable {
    package static var peftType: String { "VERA" }

    /// The rank of the shared matrices; vectors cost little, so that it is larger than LoRA's.
    package var r: Int
    package var targetModules: TargetModules
    /// The seed of the shared matrices.
    package var projectionPRNGKey: Int
    /// Whether files hold the shared matrices. If not, who reads makes them anew from the seed.
    package var saveProjection: Bool
    /// The probability that a component of a layer's input is dropped while training.
    package var veraDropout: Double
    /// What λ_d begins with; λ_b begins with zeros, and so the adapter as no change.
    package var dInitial: Double
    /// The layers that are meant, by their numbers.
    package var layersToTransform: [Int]?
    /// What stands in front of a layer's number in names.
    package var layersPattern: [String] = []
    /// Modules that are trained as a whole, besides the head.
    package var modulesToSave: [String] = []

    package init(
        r: Int = 256, targetModules: TargetModules, projectionPRNGKey: Int = 0, saveProjection: Bool = true,
        veraDropout: Double = 0, dInitial: Double = 0.1
    ) {
        self.r = r
        self.targetModules = targetModules
        self.projectionPRNGKey = projectionPRNGKey
        self.saveProjection = saveProjection
        self.veraDropout = veraDropout
        self.dInitial = dInitial
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try validate()
        let names = SavedModules.names(of: model, extra: modulesToSave)
        let layers = try layers(of: model, modulesToSave: names, isStrict: true)
        let saved = try SavedModules(of: model, extra: modulesToSave, prefix: LoRA.filePrefix, isStrict: true)
        let projection = try VeRAProjection(r: r, for: layers, key: projectionPRNGKey, device: model.device)
        return try assemble(on: model, layers, saved, projection, isTrainable: true) { name, shape in
            name.hasSuffix(VeRALayer.dName) ? try Tensor.full(shape, dInitial) : try Tensor.zeros(shape)
        }
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try validate()
        let names = source.header.effectiveModulesToSave
        let layers = try layers(of: model, modulesToSave: names, isStrict: false)
        let saved = try SavedModules(of: model, extra: names, prefix: LoRA.filePrefix, isStrict: false)
        try saved.read(from: source.tensors, for: model)
        let projection =
            saveProjection
            ? try VeRAProjection(r: r, for: layers, from: source.tensors)
            : try VeRAProjection(
                r: r, for: layers, key: projectionPRNGKey, device: model.device, isEmpty: !hasVectors(source, layers))
        return try assemble(on: model, layers, saved, projection, isTrainable: source.isTrainable) { name, shape in
            try source.tensors.parameter(LoRA.filePrefix + name, shape: shape, role: .weight).value
        }
    }

    /// Whether the file's vectors are of the rank that the configuration says. If not, reading fails in the end, and a
    /// number in a file must not decide how much memory is taken until then.
    private func hasVectors(_ source: AdapterSource, _ layers: [Linear]) -> Bool {
        layers.allSatisfy { source.tensors.shape(of: "\(LoRA.filePrefix)\($0.name).\(VeRALayer.dName)") == [r] }
    }

    private func layers(
        of model: any TransformerModel, modulesToSave: [String], isStrict: Bool
    ) throws -> [Linear] {
        var selection = ModuleSelection(targetModules: targetModules)
        selection.layersToTransform = layersToTransform
        selection.layersPattern = layersPattern
        selection.modulesToSave = modulesToSave
        selection.isStrict = isStrict
        return try selection.selectLinears(in: model)
    }

    /// Puts adapters on layers.
    ///
    /// - Parameter values: the vector of a name and a shape.
    private func assemble(
        on model: any TransformerModel, _ layers: [Linear], _ saved: SavedModules, _ projection: VeRAProjection,
        isTrainable: Bool, values: (_ name: String, _ shape: [Int]) throws -> Tensor
    ) throws -> any TunedModel {
        let trained = Set(saved.all.map(\.name))
        try model.setTrainable { isTrainable && trained.contains($0.name) }
        let adapters = try layers.map { layer in
            func vector(_ suffix: String, _ size: Int) throws -> Parameter {
                let name = "\(layer.name).\(suffix)"
                let value = try values(name, [size]).to(layer.weight.value.device)
                let parameter = Parameter(name: name, role: .weight, value: value)
                try parameter.setTrainable(isTrainable)
                return parameter
            }
            return VeRALayer(
                layer, b: try vector(VeRALayer.bName, layer.outputSize), d: try vector(VeRALayer.dName, r),
                projection: try projection.part(for: layer), dropout: veraDropout)
        }
        for adapter in adapters { adapter.layer.adapter = adapter }
        return VeRAModel(base: model, method: self, adapters: adapters, projection: projection, saved: saved)
    }

    private func validate() throws {
        var problems: [String] = []
        if r < 1 { problems.append("r is \(r), expected at least 1") }
        if projectionPRNGKey < 0 {
            problems.append("projection_prng_key is \(projectionPRNGKey), expected at least 0")
        }
        if !(0..<1).contains(veraDropout) {
            problems.append("vera_dropout is \(veraDropout), expected at least 0 and less than 1")
        }
        if !dInitial.isFinite || dInitial == 0 {
            problems.append(
                "d_initial is \(dInitial), expected a number other than 0: with both vectors at zero nothing learns")
        }
        if layersToTransform?.isEmpty == false, case .pattern = targetModules {
            problems.append("layers_to_transform is for target_modules that are names; say it in the expression")
        }
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}
