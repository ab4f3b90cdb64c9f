package import Models

/// Several adapters on one base model, of which one at a time is on.
///
/// All adapters are held in memory. To switch is to exchange references: places of layers for adapters, and what parameters hold
/// that an adapter brings itself, as a head or biases. Nothing is read, copied or computed, whatever the methods are.
///
/// ```swift
/// let adapters = AdapterSwitch()
/// try adapters.add("sentiment", to: model) { try AdapterFolder.load("adapters/sentiment", onto: $0) }
/// let tuned = adapters.select("sentiment")
/// ```
package final class AdapterSwitch {
    /// What an adapter changes of the base model's parts, and how they were before.
    private struct Entry {
        let tuned: any TunedModel
        var linears: [(layer: Linear, adapter: any LinearAdapter)] = []
        var embeddings: [(table: Embedding, adapter: any EmbeddingAdapter)] = []
        var parameters: [(parameter: Parameter, before: Parameter.Content, own: Parameter.Content)] = []
    }

    private var entries: [String: Entry] = [:]
    private var current: String?

    package init() {}

    /// The adapters' names, sorted.
    package var names: [String] { entries.keys.sorted() }

    /// Loads an adapter and puts it aside; the model is then without any.
    ///
    /// - Parameters:
    ///   - model: the base model. Those of several adapters may be one, or share layers under heads of their own.
    ///   - load: puts the adapter on the model.
    /// - Throws: What `load` does.
    package func add(
        _ name: String, to model: any TransformerModel, _ load: (any TransformerModel) throws -> any TunedModel
    ) throws {
        turnOff()
        let before = model.parameters.map { ($0, $0.content) }
        var entry = Entry(tuned: try load(model))
        entry.linears = model.linears.compactMap { layer in layer.adapter.map { (layer, $0) } }
        entry.embeddings = model.embeddings.compactMap { table in table.adapter.map { (table, $0) } }
        entry.parameters = before.compactMap { parameter, content in
            let own = parameter.content
            return own.isSame(as: content) ? nil : (parameter, content, own)
        }
        entries[name] = entry
        current = name
        turnOff()
    }

    /// Takes off the adapter that is on, and puts this one on; nil where there is none of the name.
    package func select(_ name: String) -> (any TunedModel)? {
        guard let entry = entries[name] else { return nil }
        guard current != name else { return entry.tuned }
        turnOff()
        for (layer, adapter) in entry.linears { layer.adapter = adapter }
        for (table, adapter) in entry.embeddings { table.adapter = adapter }
        for (parameter, _, own) in entry.parameters { parameter.content = own }
        current = name
        return entry.tuned
    }

    /// Leaves the base model as it was without adapters.
    package func turnOff() {
        guard let entry = current.flatMap({ entries[$0] }) else { return }
        for (layer, _) in entry.linears { layer.adapter = nil }
        for (table, _) in entry.embeddings { table.adapter = nil }
        for (parameter, before, _) in entry.parameters { parameter.content = before }
        current = nil
    }
}
