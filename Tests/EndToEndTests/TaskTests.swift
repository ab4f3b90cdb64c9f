import Foundation
import JSONValues
import Tensors
import TestSupport
import Testing

/// Pipelines of every task, on models so small that each takes seconds.
@Suite("Pipelines of every task", .ownThread, .serialized)
struct TaskTests {
    private static let lora = "{uses: lora, with: {r: 4, target_modules: [query, value]}}"

    @Test("several classes a row: f1 of what may be true together")
    func severalClasses() throws {
        try TinyProject.with { project in
            let rows = (0..<60).map { index in
                let names = ["awful", "great"].enumerated().filter { index >> $0.offset & 1 == 1 }.map(\.element)
                let text = (["meal"] + names + ["film \(index)"]).joined(separator: " ")
                return "{\"text\": \"\(text)\", \"label\": \(names)}\n"
            }
            try project.write(rows.joined(), to: "rows.jsonl")
            let pipeline = pipeline(data: "source: rows.jsonl, target: classes", epochs: 12)
            let stages = try run(project, pipeline)
            let scores = try #require(stages["scores"]?["metrics"])
            #expect(scores["f1"].doubleValue ?? 0 > 0.7)
            #expect(scores["per_class"]["great"]["rows"].intValue ?? 0 > 0)
            let row = try firstPrediction(stages)
            #expect(row["probabilities"].arrayValue?.count == 2)
            #expect(stages["merged"]?["metrics"]["f1"].doubleValue ?? 0 > 0.6)
        }
    }

    @Test("numbers: correlation and error, from csv")
    func numbers() throws {
        try TinyProject.with { project in
            let words = ["awful", "plain", "great"]
            let rows = (0..<60).map { "the \(words[$0 % 3]) film \($0),\($0 % 3 - 1)\n" }
            try project.write("text,label\n" + rows.joined(), to: "rows.csv")
            let stages = try run(project, pipeline(data: "source: rows.csv, target: number", epochs: 12))
            let scores = try #require(stages["scores"]?["metrics"])
            #expect(scores["pearson"].doubleValue ?? 0 > 0.8)
            #expect(scores["mse"].doubleValue ?? 9 < 2)
            #expect(try firstPrediction(stages)["predicted"].arrayValue?.count == 1)
            #expect(stages["merged"]?["metrics"]["max_logit_difference"].doubleValue ?? 1 < 1e-4)
        }
    }

    @Test("a tag for each word, whatever tokens the word has")
    func tags() throws {
        try TinyProject.with { project in
            let words = ["awful", "poor", "great", "lovely", "meal", "filmtool", "room"]
            let tags = ["bad", "bad", "good", "good", "thing", "thing", "thing"]
            try project.write(
                try String(contentsOf: project.folder.appending(path: "models/tiny/vocab.txt"), encoding: .utf8)
                    + "##tool\n", to: "models/tiny/vocab.txt")
            let rows = (0..<60).map { index in
                let places = [index % 7, index / 7 % 7, index * 3 % 7]
                let text = places.map { "\"\(words[$0])\"" }.joined(separator: ", ")
                return "{\"text\": [\(text)], \"label\": \(places.map { tags[$0] })}\n"
            }
            try project.write(rows.joined(), to: "rows.jsonl")
            let data = "source: rows.jsonl, target: tags, deduplicate: none, leakage: allow"
            let stages = try run(project, pipeline(data: data, task: "token-classification", epochs: 12))
            let scores = try #require(stages["scores"]?["metrics"])
            #expect(scores["accuracy"].doubleValue ?? 0 > 0.6)
            let row = try firstPrediction(stages)
            let index = try #require(row["id"].intValue)
            let expected = [index % 7, index / 7 % 7, index * 3 % 7].map { JSONValue.string(tags[$0]) }
            #expect(row["tags"] == .array(expected))
            #expect(row["predicted"].arrayValue?.count == 3)
        }
    }

    @Test(
        "a language model learns the answer, with every kind of method",
        arguments: [
            ("gpt2 causal-language-modelling", "{uses: lora, with: {r: 4, target_modules: [c_attn]}}", true),
            ("gpt2 causal-language-modelling", "{uses: prompt-tuning, with: {num_virtual_tokens: 2}}", false),
            ("gpt2 causal-language-modelling", "{uses: prefix-tuning, with: {num_virtual_tokens: 2}}", false),
            ("t5", "{uses: lora, with: {r: 4, target_modules: [q, v]}}", true),
            ("t5", "{uses: p-tuning, with: {num_virtual_tokens: 2, encoder_hidden_size: 8}}", false),
        ])
    func answers(model: String, method: String, merges: Bool) throws {
        try TinyProject.with { project in
            let vocabularySize = try Self.writeModel(model, to: project.folder.appending(path: "models/tiny"))
            let words = (0..<vocabularySize - 3).map { "w\($0)" }
            try project.write(Self.tokenizer(words), to: "models/tiny/tokenizer.json")
            try project.write(#"{"eos_token": "</s>", "unk_token": "<unk>"}"#, to: "models/tiny/tokenizer_config.json")
            // The answer is the text's first word, twice.
            let rows = (0..<40).map { index in
                let word = words[index % 4]
                return "{\"text\": \"\(word) \(words[4 + index / 4])\", \"answer\": \"\(word) \(word)\"}\n"
            }
            try project.write(rows.joined(), to: "rows.jsonl")
            let task = model == "t5" ? "sequence-to-sequence" : "causal-language-modelling"
            let yaml =
                pipeline(data: "source: rows.jsonl, target: answer", method: method, task: task, epochs: 6)
                    + """
                      said:
                        uses: generate
                        from: {adapter: adapter, tokens: tokens, dataset: rows}
                        with: {num_beams: 2, max_new_tokens: 4}
                      drawn:
                        uses: generate
                        from: {adapter: adapter, tokens: tokens, dataset: rows}
                        with: {do_sample: true, top_p: 0.9, max_new_tokens: 4, limit: 3, metrics: [exact_match]}
                      table: {uses: compare, from: {scores: said}, with: {sort_by: bleu}}

                    """
            let stages = try run(project, yaml, "--keep-going", expectsMerge: merges)
            let scores = try #require(stages["scores"]?["metrics"])
            // Two words and the end.
            #expect(scores["tokens"].intValue == 3 * (scores["rows"].intValue ?? 0))
            let losses = try Self.record(stages)["losses"].arrayValue?.compactMap(\.doubleValue) ?? []
            #expect(try #require(losses.last) < (try #require(losses.first)))
            let said = try #require(stages["said"]?["metrics"])
            #expect(said["rows"] == scores["rows"])
            #expect(said["bleu"].doubleValue != nil)
            let answers = try Self.predictions(of: "said", stages)
            let exact = answers.count { $0["references"].arrayValue?.contains($0["predicted"]) == true }
            #expect(said["exact_match"].doubleValue == Double(exact) / Double(answers.count))
            #expect(try Self.predictions(of: "drawn", stages).count == 3)
            #expect(stages["table"]?["metrics"]["metrics"] == ["bleu", "chrf", "rouge_l", "exact_match"])
            if merges { #expect(stages["merged"]?["metrics"]["perplexity"].doubleValue ?? 0 > 1) }
        }
    }

    @Test("a language model goes on with texts of its own")
    func texts() throws {
        try TinyProject.with { project in
            let vocabularySize = try Self.writeModel(
                "gpt2 causal-language-modelling", to: project.folder.appending(path: "models/tiny"))
            let words = (0..<vocabularySize - 3).map { "w\($0)" }
            try project.write(Self.tokenizer(words), to: "models/tiny/tokenizer.json")
            try project.write(#"{"eos_token": "</s>"}"#, to: "models/tiny/tokenizer_config.json")
            let rows = (0..<40).map { "{\"text\": \"\(words[$0 % 5]) \(words[$0 / 5]) \(words[$0 % 7])\"}\n" }
            try project.write(rows.joined(), to: "rows.jsonl")
            let data = "source: rows.jsonl, target: none, deduplicate: none, leakage: allow"
            let method = "{uses: lora, with: {r: 4, target_modules: all-linear}}"
            let stages = try run(
                project, pipeline(data: data, method: method, task: "causal-language-modelling", epochs: 4))
            #expect(stages["scores"]?["metrics"]["perplexity"].doubleValue ?? 0 > 1)
        }
    }

    @Test("rows that teach something else, and figures that a task lacks, are errors at the pipeline's line")
    func mismatch() throws {
        try TinyProject.with { project in
            try project.write(
                pipeline(data: "source: rows.csv", task: "causal-language-modelling", epochs: 1), to: "p.yaml")
            let (ended, _) = try project.run()
            #expect(ended.status == 1)
            #expect(ended.output.contains("from which causal-language-modelling learns nothing"))
            #expect(ended.output.contains("write `target:` `answer` or `none` in the data stage"))

            let yaml = pipeline(data: "source: rows.csv", epochs: 1).replacing(
                "from: {adapter: adapter, tokens: tokens}\n  merged",
                with: "from: {adapter: adapter, tokens: tokens}\n    with: {metrics: [perplexity]}\n  merged")
            try project.write(yaml, to: "p.yaml")
            let (scored, _) = try project.run()
            #expect(scored.status == 1)
            #expect(scored.output.contains("sequence-classification has no `perplexity`"))
        }
    }

    // MARK: - Projects

    private func pipeline(
        data: String, method: String = lora, task: String = "sequence-classification", epochs: Int
    ) -> String {
        TinyProject.pipeline(method: method, data: data, task: task, epochs: epochs, learningRate: "2.0e-2")
    }

    private func run(
        _ project: TinyProject, _ yaml: String, _ options: String..., expectsMerge: Bool = true
    ) throws -> [String: JSONValue] {
        try project.write(yaml, to: "p.yaml")
        let ended = try project.program.run(["run", "p.yaml", "--json", "--threads", "1"] + options)
        #expect(ended.status == (expectsMerge ? 0 : 1), "\(ended.output)\(ended.errors)")
        return try TinyProject.stages(ended.output)
    }

    private func firstPrediction(_ stages: [String: JSONValue]) throws -> JSONValue {
        let folder = URL(fileURLWithPath: stages["scores"]?["artifact"].stringValue ?? "")
        let text = try String(contentsOf: folder.appending(path: "predictions.jsonl"), encoding: .utf8)
        return try JSONValue(parsing: try #require(text.split(separator: "\n").first))
    }

    private static func predictions(of stage: String, _ stages: [String: JSONValue]) throws -> [JSONValue] {
        let folder = URL(fileURLWithPath: stages[stage]?["artifact"].stringValue ?? "")
        return try String(contentsOf: folder.appending(path: "predictions.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { try JSONValue(parsing: $0) }
    }

    private static func record(_ stages: [String: JSONValue]) throws -> JSONValue {
        let folder = URL(fileURLWithPath: stages["adapter"]?["artifact"].stringValue ?? "")
        return try JSONValue(parsing: Data(contentsOf: folder.appending(path: "training.json")))
    }

    /// Writes a model of the golden file, and tells the size of its vocabulary.
    private static func writeModel(_ name: String, to folder: URL) throws -> Int {
        struct Golden: Decodable {
            struct Case: Decodable {
                let name: String
                let config: JSONValue
                let weights: [HashedWeights]
            }

            let cases: [Case]
        }
        let file = Program.packageFolder.appending(path: "Tests/ModelsTests/Golden/models.json")
        let golden = try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: file))
        let model = try #require(golden.cases.first { $0.name == name })
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            try FileManager.default.removeItem(at: file)
        }
        try Data(model.config.pretty.utf8).write(to: folder.appending(path: "config.json"))
        try Safetensors.write(
            try HashedWeights.tensors(model.weights), metadata: ["format": "pt"],
            to: folder.appending(path: "model.safetensors").path)
        return try #require(model.config["vocab_size"].intValue)
    }

    /// One token a word.
    private static func tokenizer(_ words: [String]) -> String {
        let vocabulary = (["<pad>", "</s>", "<unk>"] + words).enumerated().map { "\"\($1)\": \($0)" }
        return """
            {"version": "1.0", "added_tokens": [
              {"id": 1, "content": "</s>", "special": true, "single_word": false, "lstrip": false, "rstrip": false,
               "normalized": false}],
             "normalizer": null, "pre_tokenizer": {"type": "WhitespaceSplit"}, "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {\(vocabulary.joined(separator: ", "))}, "unk_token": "<unk>"}}
            """
    }
}
