import Diagnostics
import YAMLDocument

/// The values that files and the command line give to a pipeline's parameters. Of several for one parameter the last
/// holds, and one on the command line holds over those in files.
struct GivenParameters {
    private(set) var nodes: [String: YAMLNode] = [:]
    /// Parameters whose value can't be read, which has been reported.
    private(set) var unreadable: Set<String> = []
    private(set) var diagnostics = Diagnostics()
    private(set) var suggestions: Suggestions

    private let names: [String]
    private let known: Set<String>?

    /// - Parameter names: the pipeline's parameters; nil where not all of them could be read.
    init(_ sources: ParameterSources, known names: [String]?, suggestions: Suggestions) {
        self.names = names ?? []
        known = names.map(Set.init)
        self.suggestions = suggestions
        for file in sources.files { read(file) }
        for override in sources.overrides { read(override) }
    }

    private mutating func read(_ file: SourceText) {
        let (root, findings) = YAMLDocument.parse(file)
        diagnostics.append(contentsOf: findings)
        guard let root, !root.isNull else { return }
        guard let mapping = root.mapping else {
            diagnostics.error(
                "expected a mapping of parameters to values, found \(root.describe)", at: root.location,
                help: "write `name: value`, a line for each parameter")
            return
        }
        for entry in mapping.entries {
            let name = entry.key.text
            guard isKnown(name, at: entry.key.location) else { continue }
            nodes[name] = entry.value
            unreadable.remove(name)
        }
    }

    private mutating func read(_ override: ParameterOverride) {
        guard isKnown(override.name, at: override.nameLocation) else { return }
        let (node, findings) = override.parse()
        diagnostics.append(contentsOf: findings)
        nodes[override.name] = node
        if findings.isEmpty { unreadable.remove(override.name) } else { unreadable.insert(override.name) }
    }

    private mutating func isKnown(_ name: String, at location: SourceLocation) -> Bool {
        guard let known, !known.contains(name) else { return true }
        let help = suggestions.help(forUnknown: name, among: names, as: "parameter")
        diagnostics.error(
            "the pipeline has no parameter `\(name)`", at: location,
            help: help ?? (known.isEmpty ? "it has no parameters at all" : nil))
        return false
    }
}
