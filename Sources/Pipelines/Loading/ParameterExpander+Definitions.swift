import Diagnostics
import YAMLDocument

extension ParameterExpander {
    /// Reads `params` and sets on top of it what files and the command line say.
    ///
    /// Parameters may refer to each other in any order, as long as they don't do so in a circle.
    mutating func define(_ mapping: YAMLMapping, sources: ParameterSources) {
        let entries = mapping.entries
        let given = GivenParameters(
            sources, known: knowsAllNames ? entries.map(\.key.text) : nil, suggestions: suggestions)
        diagnostics.append(contentsOf: given.diagnostics)
        suggestions = given.suggestions
        let overriding = given.nodes
        var unreadable = given.unreadable
        var nodes: [YAMLNode] = []
        for entry in entries {
            let name = entry.key.text
            let isGiven = overriding[name] != nil
            let declared = declaredValue(of: entry, isGiven: isGiven, environment: sources.environment)
            if declared == nil, !isGiven { unreadable.insert(name) }
            nodes.append(overriding[name] ?? declared ?? entry.value)
        }

        for (entry, node) in zip(entries, nodes) {
            let name = entry.key.text
            if !PipelineName.isParameter(name) {
                diagnostics.error(
                    "`\(name)` can't be the name of a parameter", at: entry.key.location,
                    help: "a name is a letter or `_`, then letters, digits, `_` and `-`")
            }
            define(
                Definition(
                    name: name, keyLocation: entry.key.location, isOverridden: overriding[name] != nil,
                    value: LocatedValue(.unknown, at: node.location)))
        }
        // What an overridden value referred to is in use all the same.
        for entry in entries where overriding[entry.key.text] != nil {
            let written = EnvironmentDeclaration.fallback(of: entry.value) ?? entry.value
            for name in Self.references(in: written) { markAsUsed(name) }
        }

        let indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.key.text, $0) })
        let order = DependencyOrder(nodes.map { Self.references(in: $0).compactMap { indices[$0] } })
        for cycle in order.cycles { reportCycle(cycle.map { (entries[$0].key.text, nodes[$0].location) }) }
        let circular = Set(order.cycles.joined())
        for index in order.order {
            let name = entries[index].key.text
            if unreadable.contains(name) { continue }
            if circular.contains(index) {
                for reference in Self.references(in: nodes[index]) { markAsUsed(reference) }
            } else {
                evaluate(nodes[index], as: name)
            }
        }
    }

    private mutating func evaluate(_ node: YAMLNode, as name: String) {
        switch node.content {
        case .scalar(let scalar):
            let (value, text) = expand(scalar, of: node)
            set(value, text: text, of: name)
        case .sequence(let items):
            let values = items.map { element($0, of: name) }
            set(LocatedValue(.list(values), at: node.location), text: nil, of: name)
        case .mapping:
            diagnostics.error(
                "the parameter `\(name)` is a mapping, expected a single value or a list", at: node.location)
        }
    }

    /// A list inside a list is refused, because lists that hold each other twice would grow without bound.
    private mutating func element(_ node: YAMLNode, of name: String) -> LocatedValue {
        let value = expand(node)
        switch value.content {
        case .scalar, .unknown: return value
        case .list, .mapping:
            diagnostics.error(
                "the list `\(name)` holds \(node.scalar == nil ? node.describe : "a list"), expected single values",
                at: node.location)
            return LocatedValue(.unknown, at: node.location)
        }
    }

    private static func references(in node: YAMLNode) -> [String] {
        switch node.content {
        case .scalar(let scalar): ReferenceText(scalar.text)?.names ?? []
        case .sequence(let items): items.flatMap { references(in: $0) }
        case .mapping: []
        }
    }

    /// - Parameter members: each refers to the next, the last to the first.
    private mutating func reportCycle(_ members: [(name: String, location: SourceLocation)]) {
        guard let first = members.first else { return }
        guard members.count > 1 else {
            diagnostics.error("the parameter `\(first.name)` refers to itself", at: first.location)
            return
        }
        diagnostics.error(
            "the parameters \(CircleText.of(members.map(\.name))) refer to each other in a circle", at: first.location,
            notes: zip(members.dropFirst(), members.dropFirst(2) + members.prefix(1)).prefix(CircleText.longest).map {
                Diagnostic.Note("`\($0.name)` refers to `\($1.name)` here", at: $0.location)
            })
    }
}
