package import Diagnostics
package import JSONValues

/// A checked pipeline: every name known, every value of its declared type, every stage connected.
///
/// ``load(source:sources:catalogue:projectFolder:checkingFiles:)`` is the only way to one, so that whoever holds a
/// pipeline need not check it again.
package struct Pipeline: Sendable {
    package let name: String
    package let description: String?
    /// The text that the pipeline was read from.
    package let source: SourceText
    /// The files that it includes, directly or not.
    package let fragments: [SourceText]
    /// What stands under `params`, in the order of the file, with the values that hold in this run.
    package let parameters: [PipelineParameter]
    /// In the order of the file.
    package let stages: [Stage]
    package let graph: Graph

    private let indices: [String: Int]

    init(
        name: String, description: String?, source: SourceText, fragments: [SourceText],
        parameters: [PipelineParameter],
        stages: [Stage]
    ) {
        self.name = name
        self.description = description
        self.source = source
        self.fragments = fragments
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
    /// Where the value is written: in the pipeline, a file of parameters, the environment or on the command line.
    package let location: SourceLocation
    package let isOverridden: Bool

    /// Where the value is written, as a reason names it: `pipelines/sentiment.yaml:5`, `--set r=16`.
    package var originDescription: String { ParameterOverride.description(of: location) ?? location.pathAndLine }
}
