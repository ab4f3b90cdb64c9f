import Diagnostics
package import Execution
import Foundation
import JSONValues
package import Pipelines
package import StageInterface
package import Store
import SystemPackage

extension LockedPipeline {
    /// What a pipeline's results are now.
    ///
    /// - Parameter assessments: of all its stages.
    /// - Throws: ``RecipeError`` where a stage is out of date; `StoreError` for an input that can't be read.
    package init(
        _ pipeline: Pipeline, _ assessments: [Assessment], store: Store, numerics: NumericsClass, tool: String
    ) throws {
        var stages: [String: LockedStage] = [:]
        var stale: [String] = []
        for assessment in assessments {
            guard case .hit(let trace, _) = assessment.lookup, let output = trace.outputs[outputName] else {
                stale.append(assessment.stage.name)
                continue
            }
            let declaration = assessment.stage.declaration
            stages[assessment.stage.name] = LockedStage(
                kind: declaration.kind, version: declaration.version, computes: declaration.compute == .tensors,
                key: trace.key, output: output,
                figures: RunComparison.figures(StoredReport(json: trace.metrics).metrics)
                    .compactMapValues(\.doubleValue))
        }
        guard stale.isEmpty else {
            let shown = stale.prefix(8).map { "`\($0)`" }.joined(separator: ", ") + (stale.count > 8 ? ", …" : "")
            throw RecipeError(
                "not all results are there: \(shown) \(stale.count == 1 ? "is" : "are") out of date",
                help: "run `peft-pipeline run \(pipeline.source.path)`, and lock what comes")
        }
        self.init(
            tool: tool,
            parameters: Dictionary(uniqueKeysWithValues: pipeline.parameters.map { ($0.name, $0.value) }),
            numerics: numerics, inputs: try Self.inputs(of: pipeline, store: store), stages: stages)
    }

    /// The files that the stages read, as they are now, by their paths as the pipeline spells them.
    ///
    /// - Throws: `StoreError`.
    package static func inputs(of pipeline: Pipeline, store: Store) throws -> [String: LockedInput] {
        var inputs: [String: LockedInput] = [:]
        for file in InputFile.all(of: pipeline) where inputs[file.spelled] == nil {
            let path = FilePath(file.path)
            inputs[file.spelled] = LockedInput(
                digest: try store.digest(of: path), size: Int(try Self.attributes(of: file.path)))
        }
        return inputs
    }

    private static func attributes(of path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        return attributes[.size] as? Int ?? 0
    }
}

/// A file of this machine that a stage reads.
package struct InputFile: Sendable, Hashable {
    /// As the pipeline spells it; of a folder with the file's name behind it.
    package let spelled: String
    /// Absolute.
    package let path: String

    /// Those of all stages that are there, each once.
    package static func all(of pipeline: Pipeline) -> [InputFile] {
        var seen: Set<InputFile> = []
        var files: [InputFile] = []
        for stage in pipeline.stages {
            for file in stage.files where stage.supplied(spelledAs: file.path.spelled) == nil {
                for input in of(file) where seen.insert(input).inserted { files.append(input) }
            }
        }
        return files
    }

    private static func of(_ file: Stage.File) -> [InputFile] {
        guard case .folder(let names) = file.type else {
            return [InputFile(spelled: file.path.spelled, path: file.path.path)]
        }
        let folder = file.path.spelled.hasSuffix("/") ? String(file.path.spelled.dropLast()) : file.path.spelled
        return names.filter { FileManager.default.fileExists(atPath: file.path.path + "/" + $0) }.map {
            InputFile(spelled: folder + "/" + $0, path: file.path.path + "/" + $0)
        }
    }
}
