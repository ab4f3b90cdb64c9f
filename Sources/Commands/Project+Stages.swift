import Diagnostics
import Pipelines

extension Project {
    /// The stage that a person names.
    ///
    /// - Throws: ``CommandFailure`` that suggests a name.
    func stage(named name: String) throws -> Stage {
        if let stage = pipeline.stage(named: name) { return stage }
        throw CommandFailure.usage(
            "the pipeline \(pipeline.source.path) has no stage `\(name)`",
            help: Diagnostic.help(forUnknown: name, among: pipeline.stages.map(\.name), as: "stage"))
    }
}
