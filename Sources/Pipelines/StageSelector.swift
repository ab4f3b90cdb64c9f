package import Diagnostics

extension Pipeline {
    /// The stages that a person names: by a stage's name all its instances, by `adapter[r=4]` those that stand there.
    ///
    /// - Throws: ``DiagnosticsError`` that suggests a name.
    package func stages(matching selector: String) throws(DiagnosticsError) -> [Stage] {
        if let stage = stage(named: selector) { return [stage] }
        let name = String(selector.prefix { $0 != "[" })
        let instances = stages.filter { $0.writtenName == name }
        guard !instances.isEmpty else {
            throw DiagnosticsError(
                .error(
                    "the pipeline \(source.path) has no stage `\(name)`",
                    help: Diagnostic.help(forUnknown: name, among: writtenNames, as: "stage")))
        }
        guard name != selector else { return instances }
        guard selector.hasSuffix("]") else {
            throw DiagnosticsError(
                .error("`\(selector)` lacks the closing `]`", help: "write `\(name)[AXIS=VALUE]`"))
        }
        var matching = instances
        for part in selector.dropFirst(name.count + 1).dropLast().split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let axis = String(pair[0]).trimmed
            let axes = Set(instances.flatMap(\.coordinates).map(\.axis)).sorted()
            guard axes.contains(axis) else {
                throw DiagnosticsError(
                    .error(
                        "stage `\(name)` has no axis `\(axis)`",
                        help: axes.isEmpty
                            ? "it doesn't fan out: write `\(name)`"
                            : Diagnostic.help(forUnknown: axis, among: axes, as: "axis")))
            }
            let value = pair.count > 1 ? String(pair[1]).trimmed : ""
            matching = matching.filter { stage in
                stage.coordinates.contains { $0.axis == axis && $0.label == value }
            }
            guard !matching.isEmpty else {
                var labels: [String] = []
                for label in instances.flatMap(\.coordinates).filter({ $0.axis == axis }).map(\.label)
                where !labels.contains(label) { labels.append(label) }
                throw DiagnosticsError(
                    .error(
                        "no instance of stage `\(name)` is `\(selector)`",
                        help: "the values of `\(axis)` are \(labels.prefix(16).joined(separator: ", "))"))
            }
        }
        return matching
    }

    /// The stages' names as they are written, each once.
    private var writtenNames: [String] {
        stages.reduce(into: [String]()) { names, stage in
            if names.last != stage.writtenName { names.append(stage.writtenName) }
        }
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
