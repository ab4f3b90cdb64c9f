import Diagnostics
import Foundation
import Pipelines
import StageInterface

/// A folder with what the tests' pipelines name, gone when the value goes.
final class Project: Sendable {
    let folder: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(component: "pipelines-\(UUID().uuidString)")
        folder = url.path
        for file in ["data/rows.csv", "data/more.jsonl", "models/small/config.json", "models/small/tokenizer.json"] {
            let file = url.appending(path: file)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: file)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func load(
        _ text: String, overrides: [String] = [], checkingFiles: Bool = true
    ) -> (pipeline: Pipeline?, findings: [Diagnostic]) {
        Pipeline.load(
            source: SourceText(path: "pipeline.yaml", contents: text),
            sources: ParameterSources(overrides: overrides.compactMap { ParameterOverride(assignment: $0) }),
            catalogue: SmallCatalogue.declarations, projectFolder: folder, checkingFiles: checkingFiles)
    }

    /// The findings as a terminal shows them, without the name of this folder.
    func rendered(_ findings: [Diagnostic]) -> String {
        DiagnosticRenderer(color: false, width: 100).render(findings)
            .replacing(folder, with: "/project")
    }
}

/// A pipeline without faults that has all of the kinds.
let soundPipeline = """
    version: 1
    name: small
    description: For tests
    params:
      r: 8
      targets: [query, value]
      data: data
    stages:
      rows:
        uses: data
        with:
          source: $(data)/rows.csv
          split: {train: 0.8, test: 0.2}
      tokens:
        uses: tokenize
        from: rows
        with: {tokenizer: models/small}
      method:
        uses: lora
        with: {r: $(r), lora_alpha: 16, target_modules: $(targets)}
      adapter:
        uses: train
        from: {tokens: tokens, method: method}
        with: {learning_rate: 5.0e-4, note: rank $(r)}
      page:
        uses: report
        from: {of: adapter}
    """
