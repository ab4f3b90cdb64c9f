import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Stages

/// Every method of the catalogue, from training to a merged model.
@Suite("Pipelines of every method", .ownThread, .serialized)
struct MethodTests {
    /// A method in a pipeline, and what merging says where it can't be done.
    struct Example: Sendable, CustomTestStringConvertible {
        let kind: String
        var parameters = ""
        var refusal: String?

        var stage: String { "{uses: \(kind), with: {\(parameters)}}" }
        var testDescription: String { stage }
    }

    static let examples = [
        Example(kind: "lora", parameters: "r: 4, target_modules: [query, value]"),
        Example(kind: "lora", parameters: "r: 4, use_dora: true, target_modules: all-linear"),
        Example(kind: "lora", parameters: "r: 4, init_lora_weights: pissa, target_modules: [query, output.dense]"),
        Example(kind: "lora", parameters: "r: 4, init_lora_weights: olora, target_modules: [query]"),
        Example(
            kind: "adalora", parameters: "target_r: 2, init_r: 4, target_modules: [query, value], tinit: 2, tfinal: 3"),
        Example(kind: "vera", parameters: "r: 8, target_modules: [query, output.dense]"),
        Example(kind: "vera", parameters: "r: 8, save_projection: false, target_modules: [query]"),
        Example(kind: "ia3", parameters: "target_modules: [key, output.dense], feedforward_modules: [output.dense]"),
        Example(kind: "bitfit"),
        Example(kind: "prefix-tuning", parameters: "num_virtual_tokens: 3", refusal: "can't be merged"),
        Example(kind: "prompt-tuning", parameters: "num_virtual_tokens: 3", refusal: "can't be merged"),
        Example(
            kind: "p-tuning", parameters: "num_virtual_tokens: 3, encoder_hidden_size: 8", refusal: "can't be merged"),
        Example(kind: "head"), Example(kind: "full"),
    ]

    @Test("has all methods of the catalogue, and so has what compares with PEFT")
    func complete() throws {
        let kinds = Methods.all.map { $0.declaration.kind }
        #expect(Set(Self.examples.map(\.kind)) == Set(kinds))
        let script = Program.packageFolder.appending(path: "scripts/reference/pipeline_conformance.py")
        let text = try String(contentsOf: script, encoding: .utf8)
        for kind in kinds { #expect(text.contains("{uses: \(kind)"), "\(kind) is not in \(script.lastPathComponent)") }
    }

    /// Goes on from the adapter, in steps that change nothing.
    private static let further = """
          further:
            uses: train
            from: {tokens: tokens, adapter: adapter}
            with: {model: models/tiny, epochs: 1, batch_size: 8, learning_rate: 1.0e-12}
          first-loss:
            uses: evaluate
            from: {adapter: adapter, tokens: tokens}
            with: {metrics: [loss]}
          further-loss:
            uses: evaluate
            from: {adapter: further, tokens: tokens}
            with: {metrics: [loss]}

        """

    @Test("trains, is saved, is loaded, scored and trained further, and is merged or says why not", arguments: examples)
    func pipeline(_ example: Example) throws {
        try TinyProject.with(method: example.stage) { project in
            try project.write(TinyProject.pipeline(method: example.stage) + Self.further, to: "p.yaml")
            let (ended, stages) = try project.run("--keep-going")
            #expect(stages["adapter"]?["metrics"]["trainable_parameters"].intValue ?? 0 > 0, "\(ended.errors)")
            // What `evaluate` reads from disk scores as training did.
            let trained = try #require(stages["adapter"]?["metrics"]["validation_loss"].doubleValue)
            #expect(trained.isFinite)
            #expect(stages["scores"]?["state"] == "ran", "\(ended.errors)")
            // A training that goes on begins where the first one ended.
            let loss = try #require(stages["first-loss"]?["metrics"]["loss"].doubleValue)
            let later = try #require(stages["further-loss"]?["metrics"]["loss"].doubleValue, "\(ended.output)")
            #expect(abs(later - loss) < 1e-5, "\(later) after \(loss)")
            let counts = ["adapter", "further"].map { stages[$0]?["metrics"]["trainable_parameters"].intValue ?? 0 }
            if example.parameters.contains("pissa") || example.parameters.contains("olora") {
                #expect(counts[1] > counts[0])
            } else if example.kind != "adalora" {
                #expect(counts[1] == counts[0])
            }
            if let refusal = example.refusal {
                #expect(ended.status == 1)
                #expect(ended.output.contains(refusal) || ended.errors.contains(refusal), "\(ended.errors)")
            } else {
                #expect(ended.status == 0, "\(ended.errors)")
                #expect(stages["merged"]?["metrics"]["max_logit_difference"].doubleValue ?? 1 < 1e-4)
            }
        }
    }

    @Test("a trimmed adapter is smaller and scores, and a search gives a rate and draws it")
    func afterAndBefore() throws {
        try TinyProject.with(method: "{uses: lora, with: {r: 8, init_lora_weights: pissa, target_modules: [query]}}") {
            project in
            let more = """
                  small:
                    uses: trim
                    from: {adapter: adapter}
                    with: {keep: 0.9}
                  small-scores:
                    uses: evaluate
                    from: {adapter: small, tokens: tokens}
                  rates:
                    uses: lr-find
                    from: {tokens: tokens, method: method}
                    with: {model: models/tiny, batch_size: 8, num_steps: 40, end_lr: 10}

                """
            try project.write(
                TinyProject.pipeline(
                    method: "{uses: lora, with: {r: 8, init_lora_weights: pissa, target_modules: [query]}}")
                    + more, to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.errors)")
            let figures = try #require(stages["small"]?["metrics"])
            #expect(figures["parameters"].intValue ?? 0 < figures["parameters_before"].intValue ?? 0)
            #expect(figures["lowest_kept_energy"].doubleValue ?? 0 >= 0.9)
            #expect(stages["small-scores"]?["state"] == "ran")
            #expect(stages["rates"]?["metrics"]["steps"].intValue ?? 0 >= 10)
            let shown = try project.program("show", "p.yaml", "rates", "--threads", "1")
            #expect(shown.output.contains("smoothed loss by learning rate\n"), "\(shown.errors)")
            #expect(shown.output.contains("learning-rates.json"))
        }
    }
}
