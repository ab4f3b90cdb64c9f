import Diagnostics
import YAMLDocument

extension ParameterExpander {
    /// Reads `params` and sets on top of it what the command line says.
    ///
    /// Parameters may refer to each other in any order, as long as they don't do so in a circle.
    mutating func define(_ mapping: YAMLMapping, overrides: [ParameterOverride]) {
        let entries = mapping.entries
        let (overriding, unreadable) = read(overrides, known: entries.map(\.key.text))
        let nodes = entries.map { overriding[$0.key.text] ?? $0.value }

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
            for name in Self.references(in: entry.value) { markAsUsed(name) }
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

// MARK: - Overrides

extension ParameterExpander {
    /// The values that the command line sets, by parameter. Of several for one parameter the last holds.
    private mutating func read(
        _ overrides: [ParameterOverride], known names: [String]
    ) -> (nodes: [String: YAMLNode], unreadable: Set<String>) {
        let known = Set(names)
        var nodes: [String: YAMLNode] = [:]
        var unreadable: Set<String> = []
        for override in overrides {
            guard known.contains(override.name) else {
                let help = suggestions.help(forUnknown: override.name, among: names, as: "parameter")
                diagnostics.error(
                    "the pipeline has no parameter `\(override.name)`", at: override.nameLocation,
                    help: help ?? (known.isEmpty ? "it has no parameters at all" : nil))
                continue
            }
            let (node, findings) = override.parse()
            diagnostics.append(contentsOf: findings)
            nodes[override.name] = node
            if findings.isEmpty { unreadable.remove(override.name) } else { unreadable.insert(override.name) }
        }
        return (nodes, unreadable)
    }
}

extension ParameterOverride {
    /// The text of the option, for messages.
    private var source: SourceText { SourceText(path: Self.path, contents: origin) }

    /// The number of Unicode scalars in front of the value.
    private var valueOffset: Int { max(0, origin.unicodeScalars.count - valueText.unicodeScalars.count) }

    fileprivate var nameLocation: SourceLocation {
        let length = name.unicodeScalars.count
        return source.location(line: 1, column: max(1, valueOffset - length), length: length)
    }

    /// The value, in its place in the option.
    fileprivate func parse() -> (node: YAMLNode?, findings: [Diagnostic]) {
        let source = source
        guard !valueText.allSatisfy(\.isWhitespace) else {
            return (YAMLNode(.scalar(YAMLScalar("", value: .null, style: .plain)), at: nameLocation), [])
        }
        // As many spaces as there is text in front of the value give its parts the columns that they have there.
        let padded = SourceText(path: source.path, contents: String(repeating: " ", count: valueOffset) + valueText)
        let (root, findings) = YAMLDocument.parse(padded)
        return (
            root?.moved(to: source),
            findings.map { finding in
                var finding = finding
                finding.location = (finding.location ?? nameLocation).moved(to: source)
                return finding
            }
        )
    }
}

extension SourceLocation {
    fileprivate func moved(to source: SourceText) -> SourceLocation {
        source.location(line: line, column: column, length: length)
    }
}

extension YAMLNode {
    /// The node in another text, in which everything has the same line and column.
    fileprivate func moved(to source: SourceText) -> YAMLNode {
        let moved: Content =
            switch content {
            case .scalar(let scalar):
                .scalar(
                    YAMLScalar(
                        scalar.text, value: scalar.value, style: scalar.style,
                        textLocation: scalar.textLocation?.moved(to: source)))
            case .sequence(let items):
                .sequence(items.map { $0.moved(to: source) })
            case .mapping(let mapping):
                .mapping(
                    YAMLMapping(
                        mapping.entries.map {
                            YAMLMapping.Entry(
                                key: YAMLMapping.Key($0.key.text, at: $0.key.location.moved(to: source)),
                                value: $0.value.moved(to: source))
                        }))
            }
        return YAMLNode(moved, at: location.moved(to: source))
    }
}
