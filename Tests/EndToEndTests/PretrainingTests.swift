import Foundation
import JSONValues
import TestSupport
import Testing

/// Pipelines that make their own base model.
@Suite("A base model of the pipeline's own", .ownThread, .serialized)
struct PretrainingTests {
    private static let pretraining = """
        version: 1
        name: tiny
        stages:
          notes:
            uses: data
            with: {source: notes.jsonl, target: none, split: {train: 0.8, validation: 0.2}}
          blank:
            uses: new-model
            from: {dataset: notes}
            with: {vocab_size: 280, hidden_size: 16, num_hidden_layers: 2, num_attention_heads: 2,
                   max_position_embeddings: 64}
          words: {uses: tokenize, from: {dataset: notes, tokenizer: blank}, with: {max_length: 40}}
          everything: {uses: full}
          pretraining:
            uses: train
            from: {tokens: words, method: everything, model: blank}
            with: {task: causal-language-modelling, epochs: 2, batch_size: 8, learning_rate: 1.0e-2}
          base: {uses: merge, from: {adapter: pretraining, tokens: words}}

        """

    private static let tuning = """
          questions:
            uses: data
            with: {source: questions.jsonl, target: answer, split: {train: 0.6, validation: 0.2, test: 0.2}}
          tokens: {uses: tokenize, from: {dataset: questions, tokenizer: base}, with: {max_length: 40}}
          method: {uses: lora, with: {r: 2, target_modules: [c_attn]}}
          adapter:
            uses: train
            from: {tokens: tokens, method: method, model: base}
            with: {task: causal-language-modelling, epochs: 1, batch_size: 8}
          before: {uses: generate, from: {model: base, tokens: tokens, dataset: questions}, with: {max_new_tokens: 8}}
          after: {uses: generate, from: {adapter: adapter, tokens: tokens, dataset: questions}, with: {max_new_tokens: 8}}
          merged: {uses: merge, from: {adapter: adapter, tokens: tokens}, with: {compared_rows: 2}}
          table: {uses: compare, from: {scores: [before, after]}}

        """

    private func write(_ project: TinyProject) throws {
        let words = ["river", "stone", "cloud", "lamp", "house"]
        let notes = (0..<40).map { "{\"text\": \"the \(words[$0 % 5]) is number \($0)\"}\n" }
        try project.write(notes.joined(), to: "notes.jsonl")
        let questions = (0..<30).map { "{\"text\": \"\(words[$0 % 5]) \($0)?\", \"answer\": \"number \($0)\"}\n" }
        try project.write(questions.joined(), to: "questions.jsonl")
    }

    @Test("is made, trained, tuned and answers; a path to the same base gives the same results")
    func wholeWay() throws {
        try TinyProject.with { project in
            try write(project)
            try project.write(Self.pretraining + Self.tuning, to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(stages["table"]?["metrics"]["rows"].arrayValue?.count == 2)
            #expect(stages["blank"]?["metrics"]["vocabulary"] == 280)
            #expect(stages["merged"]?["metrics"]["compared_rows"] == 2)

            let (_, again) = try project.run()
            #expect(Set(project.states(again).values) == ["hit"])

            // The key has what the folder holds, not where it comes from.
            let base = try #require(stages["base"]?["artifact"].stringValue)
            let yaml =
                "version: 1\nname: tiny\nstages:\n"
                + Self.tuning.replacing("tokenizer: base}, with: {", with: "}, with: {tokenizer: \"\(base)\", ")
                .replacing("method: method, model: base}", with: "method: method}")
                .replacing("with: {task:", with: "with: {model: \"\(base)\", task:")
                .replacing(
                    "  before: {uses: generate, from: {model: base, tokens: tokens, dataset: questions}, "
                        + "with: {max_new_tokens: 8}}\n", with: ""
                ).replacing("[before, after]", with: "after")
            try project.write(yaml, to: "p.yaml")
            let (byPath, states) = try project.run()
            #expect(byPath.status == 0, "\(byPath.output)\(byPath.errors)")
            for stage in ["tokens", "adapter", "after", "merged"] { #expect(project.states(states)[stage] == "hit") }
        }
    }

    @Test("fans out, and what follows takes its own base")
    func sweep() throws {
        try TinyProject.with { project in
            try write(project)
            let yaml = Self.pretraining.replacing(
                "    with: {vocab_size: 280,",
                with: "    matrix: {seed: [1, 2]}\n    with: {seed: $(seed), vocab_size: 280,")
            try project.write(yaml + Self.tuning, to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            #expect(stages["adapter[seed=1]"]?["digest"] != stages["adapter[seed=2]"]?["digest"])
            #expect(stages["merged[seed=2]"]?["state"] == "ran")
        }
    }
}
