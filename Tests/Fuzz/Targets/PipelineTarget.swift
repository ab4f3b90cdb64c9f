import Diagnostics
import Foundation
import Pipelines
import Stages
import StageInterface

/// Pipelines with the catalogue that the command has: read, expanded, checked, and everything that is wrong shown.
enum PipelineTarget {
    private static let file = "p.yaml"

    /// What pipelines of the project have too little of.
    private static let sweep = """
        version: 1
        name: sweep
        params: {seed: 13, path: {env: HOME, default: x}, names: &names [query, value]}
        stages:
          reviews: {uses: data, with: {source: [a.csv, "$(path)/b.csv"], split: {train: 0.8, test: 0.2, seed: $(seed)}}}
          tokens:
            uses: tokenize
            from: {dataset: reviews}
            matrix: {n: [16, 32]}
            with: {tokenizer: models/minilm, max_length: $(n)}
          small: {uses: lora, matrix: [{r: 4, a: 8}, {r: 8, a: 16}], with: {r: $(r), lora_alpha: $(a), target_modules: *names}}
          large: {uses: lora, with: {r: 64}}
          adapter:
            uses: train
            from: {tokens: tokens, method: [small, large]}
            matrix: {s: [1, 2]}
            with: {model: models/minilm, seed: $(s), epochs: 1}
          scores: {uses: evaluate, from: {adapter: adapter, tokens: tokens}, with: {metrics: [accuracy]}}
          far: {uses: data, with: {source: "https://host/a.csv#sha256=\(String(repeating: "0", count: 64))"}}
          base: {uses: evaluate, from: {tokens: tokens}, with: {model: "hf://owner/name@main"}}
          own:
            uses: command
            from: {raw: reviews}
            with: {command: [sh, x.sh, "*"], files: {x.sh: a/x.sh}, outputs: [dataset.json], gives: dataset, environment: {A: b}}
          table: {uses: compare, from: scores, with: {over: [s]}}

        """

    static func make() throws -> FuzzTarget {
        let catalogue = StageCatalogue.standard.declarations
        var seeds = try Goldens.names(in: "../pipelines", suffix: ".yaml").map {
            [file: try Goldens.bytes("../pipelines/\($0)")]
        }
        // Sweeps are the newest and largest part, so they are taken more often.
        seeds += repeatElement([file: Array(sweep.utf8)], count: 4)
        return FuzzTarget(
            name: "pipeline", seeds: seeds, damagedFiles: [file], structure: YAMLMutation(), growth: (4096, 256 << 20),
            read: { input, folder in
                let source = try SourceText.read(folder + "/" + file, shownAs: file, maximumBytes: 16_000_000)
                let (pipeline, findings) = Pipeline.load(
                    source: source, catalogue: catalogue, projectFolder: folder, checkingFiles: false)
                let isRefused = findings.contains { $0.severity == .error }
                guard (pipeline == nil) == isRefused else { throw Unsound("neither a pipeline nor an error") }
                if let finding = findings.first(where: { $0.location == nil }) { throw Unsound(finding.message) }
                let text = DiagnosticRenderer(color: false, width: 80).render(Diagnostics(findings).sorted)
                if let pipeline {
                    _ = pipeline.graph.text
                } else {
                    throw DiagnosticsError(findings.first ?? .error(text))
                }
            }, isOwnError: { $0 is DiagnosticsError })
    }

    /// What no input may bring about, so it is a finding.
    private struct Unsound: Error {
        let what: String
        init(_ what: String) { self.what = what }
    }
}
