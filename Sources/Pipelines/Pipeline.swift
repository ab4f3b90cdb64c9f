package import Diagnostics
package import JSONValues

/// A checked pipeline: every name known, every value of its declared type, every stage connected.
///
/// ``load(source:overrides:catalogue:projectFolder:checkingFiles:)`` is the only way to one, so that whoever holds a
/// pipeline need not check it again.
package struct Pipeline: Sendable {
    package let name: String
    package let description: String?
    /// The text that the pipeline was read from.
    package let source: SourceText
    /// What stands under `params`, in the order of the file, with the values that hold in this run.
    package let parameters: [PipelineParameter]
    /// In the order of the file.
    package let stages: [Stage]
    package let graph: Graph

    private let indices: [String: Int]

    init(
        name: String, description: String?, source: SourceText, parameters: [PipelineParameter], stages: [Stage]
    ) {
        self.name = name
        self.description = description
        self.source = source
        self.parameters = parameters
        self.stages = stages
        graph = Graph(name: name, stages: stages)
        indices = Dictionary(uniqueKeysWithValues: stages.enumerated().map { ($1.name, $0) })
    }

    package func stage(named name: String) -> Stage? { indices[name].map { stages[$0] } }
}

/// A parameter of a pipeline, `$(name)` in its stages.
package struct PipelineParameter: Sendable {
    package let name: String
    /// A single value or a list of them.
    package let value: JSONValue
    /// Where the value is written: in the pipeline, or on the command line.
    package let location: SourceLocation
    package let isOverridden: Bool
}

/// A parameter's value from outside the pipeline's file: `--set r=16`.
package struct ParameterOverride: Sendable, Hashable {
    package let name: String
    /// The value as YAML.
    package let valueText: String
    /// What the person typed, for messages. It ends with `name=value`.
    package let origin: String

    /// What messages show as the path of an override's text.
    static let path = "command line"

    package init(name: String, valueText: String, origin: String) {
        self.name = name
        self.valueText = valueText
        self.origin = origin
    }

    /// An override from `name=value`; nil where there is no `=`.
    ///
    /// - Parameter option: the option that the assignment was given to.
    package init?(assignment: String, option: String = "--set") {
        guard let equals = assignment.firstIndex(of: "=") else { return nil }
        self.init(
            name: String(assignment[..<equals]), valueText: String(assignment[assignment.index(after: equals)...]),
            origin: "\(option) \(assignment)")
    }
}
