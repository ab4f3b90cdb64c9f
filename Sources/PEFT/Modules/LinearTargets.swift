import Models
import Tensors

/// The linear layers of a model that get an adapter, and what of the model is trained as it is.
struct LinearTargets {
    let model: any TransformerModel
    let layers: [Linear]
    let saved: SavedModules
    private let isTrainable: Bool
    private let values: (_ name: String, _ shape: [Int]) throws -> Tensor

    /// Those of a new adapter.
    ///
    /// - Parameters:
    ///   - modulesToSave: modules that are trained as a whole, besides the head.
    ///   - values: the first values of an adapter's parameter.
    init(
        _ selection: ModuleSelection, of model: any TransformerModel, modulesToSave: [String],
        values: @escaping (_ name: String, _ shape: [Int]) throws -> Tensor
    ) throws {
        self.model = model
        self.values = values
        isTrainable = true
        layers = try selection.saving(SavedModules.names(of: model, extra: modulesToSave), isStrict: true)
            .selectLinears(in: model)
        saved = try SavedModules(of: model, extra: modulesToSave, prefix: LoRA.filePrefix, isStrict: true)
    }

    /// Those of an adapter that is read; what is saved of the model is read at once.
    init(_ selection: ModuleSelection, of model: any TransformerModel, from source: AdapterSource) throws {
        self.model = model
        values = { name, shape in
            try source.tensors.parameter(LoRA.filePrefix + name, shape: shape, role: .weight).value
        }
        isTrainable = source.isTrainable
        let names = source.header.effectiveModulesToSave
        layers = try selection.saving(names, isStrict: false).selectLinears(in: model)
        saved = try SavedModules(of: model, extra: names, prefix: LoRA.filePrefix, isStrict: false)
        try saved.read(from: source.tensors, for: model)
    }

    /// Freezes the model but for what is saved of it, and makes an adapter for each layer.
    func map<Adapter>(_ adapter: (Linear) throws -> Adapter) throws -> [Adapter] {
        try saved.freezeOthers(in: model, isTrainable: isTrainable)
        return try layers.map(adapter)
    }

    /// A parameter of a layer's adapter.
    func parameter(_ suffix: String, _ shape: [Int], of layer: Linear) throws -> Parameter {
        let name = "\(layer.name).\(suffix)"
        let value = try values(name, shape).to(layer.weight.value.device)
        let parameter = Parameter(name: name, role: .weight, value: value)
        try parameter.setTrainable(isTrainable)
        return parameter
    }
}
