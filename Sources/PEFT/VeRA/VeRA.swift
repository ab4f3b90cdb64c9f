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
        let targets = try LinearTargets(selection, of: model, modulesToSave: modulesToSave) { name, shape in
            name.hasSuffix(VeRALayer.dName) ? try Tensor.full(shape, dInitial) : try Tensor.zeros(shape)
        }
        return try attach(
            to: targets,
            try VeRAProjection(r: r, for: targets.layers, key: projectionPRNGKey, device: model.device))
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        try validate()
        let targets = try LinearTargets(selection, of: model, from: source)
        let projection =
            saveProjection
            ? try VeRAProjection(r: r, for: targets.layers, from: source.tensors)
            : try VeRAProjection(
                r: r, for: targets.layers, key: projectionPRNGKey, device: model.device,
                isEmpty: !hasVectors(source, targets.layers))
        return try attach(to: targets, projection)
    }

    /// Whether the file's vectors are of the rank that the configuration says. If not, reading fails in the end, and a
    /// number in a file must not decide how much memory is taken until then.
    private func hasVectors(_ source: AdapterSource, _ layers: [Linear]) -> Bool {
        layers.allSatisfy { source.tensors.shape(of: "\(LoRA.filePrefix)\($0.name).\(VeRALayer.dName)") == [r] }
    }

    private var selection: ModuleSelection {
        ModuleSelection(
            targetModules: targetModules, layersToTransform: layersToTransform, layersPattern: layersPattern)
    }

    private func attach(to targets: LinearTargets, _ projection: VeRAProjection) throws -> any TunedModel {
        let adapters = try targets.map { layer in
            VeRALayer(
                layer, b: try targets.parameter(VeRALayer.bName, [layer.outputSize], of: layer),
                d: try targets.parameter(VeRALayer.dName, [r], of: layer),
                projection: try projection.part(for: layer), dropout: veraDropout)
        }
        return VeRAModel(
            base: targets.model, method: self, adapters: adapters, projection: projection, saved: targets.saved)
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
        problems += selection.problems
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}
