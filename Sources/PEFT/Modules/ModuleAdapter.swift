import Models

/// What a method puts on one module of the base model, and what merging writes into the module's weights.
protocol ModuleAdapter: AnyObject {
    /// The weight of the base model, which merging changes.
    var weight: Parameter { get }

    /// Makes the module compute with the adapter.
    func putOn()
    /// Makes the module compute without the adapter.
    func takeOff()
    /// Writes the change into the module's weights.
    func merge() throws
    /// Takes what ``merge()`` wrote off again.
    func unmerge() throws
}

extension ModuleAdapter {
    /// The path of the module.
    var moduleName: String { String(weight.name.dropLast(".weight".count)) }
}

/// A module's adapter where the module is a linear layer.
protocol LayerAdapter: LinearAdapter, ModuleAdapter {
    var layer: Linear { get }
}

extension LayerAdapter {
    var weight: Parameter { layer.weight }

    func putOn() { layer.adapter = self }
    func takeOff() { layer.adapter = nil }
}
