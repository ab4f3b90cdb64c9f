import Foundation
import JSONValues
import TestSupport
import Testing

/// Several adapters on one base, through the built programs.
@Suite("Switching between adapters, end to end", .ownThread, .serialized)
struct SwitchTests {
    private static let names = ["low", "factors", "vectors", "other"]

    /// Four adapters by three methods, for two tasks, each scored alone.
    private static let pipeline = """
        version: 1
        name: tiny
        stages:
          rows:
            uses: data
            with: {source: rows.csv, columns: {text: text, label: label}, split: {train: 0.6, validation: 0.2, test: 0.2}}
          kinds:
            uses: data
            with: {source: rows.csv, columns: {text: text, label: kind}, split: {train: 0.6, validation: 0.2, test: 0.2}}
          tokens: {uses: tokenize, from: {dataset: rows}, with: {tokenizer: models/tiny, max_length: 12}}
          kind-tokens: {uses: tokenize, from: {dataset: kinds}, with: {tokenizer: models/tiny, max_length: 12}}
          lora: {uses: lora, with: {r: 4, target_modules: [query, value]}}
          ia3: {uses: ia3, with: {target_modules: [key, value]}}
          prompt: {uses: prompt-tuning, with: {num_virtual_tokens: 3}}
          low:
            uses: train
            from: {tokens: tokens, method: lora}
            with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 1.0e-2}
          factors:
            uses: train
            from: {tokens: tokens, method: ia3}
            with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 1.0e-2}
          vectors:
            uses: train
            from: {tokens: tokens, method: prompt}
            with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 1.0e-2}
          other:
            uses: train
            from: {tokens: kind-tokens, method: lora}
            with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 1.0e-2}
          alone: {uses: evaluate, from: {adapter: [low, factors, vectors], tokens: tokens}, with: {batch_size: 5}}
          other-alone: {uses: evaluate, from: {adapter: other, tokens: kind-tokens}, with: {batch_size: 5}}

        """

    private static func stage(_ adapters: [String], _ more: String = "") -> String {
        """
          switched:
            uses: switch
            from: {adapters: [\(adapters.joined(separator: ", "))]}
            with: {source: requests.jsonl, label_column: label, model: models/tiny, max_length: 12, batch_size: 5\(more)}

        """
    }

    private static func lines(_ stage: JSONValue?, _ name: String) throws -> [JSONValue] {
        let folder = URL(fileURLWithPath: stage?["artifact"].stringValue ?? "")
        return try String(contentsOf: folder.appending(path: name), encoding: .utf8).split(separator: "\n")
            .map { try JSONValue(parsing: $0) }
    }

    private static func json(_ stage: JSONValue?, _ name: String) throws -> JSONValue {
        let folder = URL(fileURLWithPath: stage?["artifact"].stringValue ?? "")
        return try JSONValue(parsing: try Data(contentsOf: folder.appending(path: name)))
    }

    /// Asks each adapter for its task's test rows, the adapters in turn.
    private static func requests(_ stages: [String: JSONValue]) throws -> [JSONValue] {
        func rows(_ stage: String) throws -> [(text: String, label: String)] {
            let labels = try json(stages[stage], "dataset.json")["labels"].arrayValue ?? []
            return try lines(stages[stage], "test.jsonl").map { row in
                (row["text"].stringValue ?? "", labels[row["label"].intValue ?? 0].stringValue ?? "")
            }
        }
        let (rows, kinds) = (try rows("rows"), try rows("kinds"))
        return (0..<max(rows.count, kinds.count)).flatMap { index in
            names.compactMap { name -> JSONValue? in
                let own = name == "other" ? kinds : rows
                guard index < own.count else { return nil }
                return [
                    "text": .string(own[index].text), "adapter": .string(name), "label": .string(own[index].label),
                ]
            }
        }
    }

    @Test("gives the numbers that each adapter has alone, whatever method and task, and loads the base once")
    func equality() throws {
        try TinyProject.with { project in
            let rows = try String(contentsOf: project.folder.appending(path: "rows.csv"), encoding: .utf8)
                .split(separator: "\n").dropFirst().map { "\($0),\($0.contains("meal") ? "food" : "thing")\n" }
            try project.write("text,label,kind\n" + rows.joined(), to: "rows.csv")
            try project.write(Self.pipeline, to: "p.yaml")
            let first = try project.run()
            try #require(first.ended.status == 0, "\(first.ended.output)")
            let requests = try Self.requests(first.stages)
            try project.write(try requests.map { try $0.canonical + "\n" }.joined(), to: "requests.jsonl")
            try project.write(Self.pipeline + Self.stage(Self.names), to: "p.yaml")
            let (ended, stages) = try project.run()
            try #require(ended.status == 0, "\(ended.output)")

            let predictions = try Self.lines(stages["switched"], "predictions.jsonl")
            #expect(predictions.count == requests.count)
            let scores = try Self.json(stages["switched"], "scores.json")
            for name in Self.names {
                let alone = stages[name == "other" ? "other-alone" : "alone[adapter=\(name)]"]
                var figures = try #require(try Self.json(alone, "scores.json").objectValue)
                figures["split"] = nil
                #expect(scores["adapters"][name] == .object(figures), "\(name)")
                func numbers(_ rows: [JSONValue]) -> [[JSONValue]] {
                    rows.map { [$0["label"], $0["predicted"], $0["probability"], $0["logits"]] }
                }
                let own = predictions.filter { $0["adapter"].stringValue == name }
                #expect(try numbers(own) == numbers(Self.lines(alone, "predictions.jsonl")), "\(name)")
            }
            let accuracies = Self.names.map { name in
                (scores["adapters"][name]["accuracy"].doubleValue ?? 0)
                    * (scores["adapters"][name]["rows"].doubleValue ?? 0)
            }
            let mean = accuracies.reduce(0, +) / Double(requests.count)
            #expect(abs((scores["accuracy"].doubleValue ?? 0) - mean) < 1e-12)
            let measured = try #require(stages["switched"]?["measurements"])
            #expect(measured["switch_seconds"].doubleValue ?? 1 < measured["base_seconds"].doubleValue ?? 0)
            #expect(stages["switched"]?["summary"].stringValue?.hasSuffix("4 adapters, 4 switches") == true)

            // In the rows' order the last digit may be another one.
            try project.write(Self.pipeline + Self.stage(Self.names, ", group_by_adapter: false"), to: "p.yaml")
            let ordered = try project.run().stages["switched"]
            #expect(ordered?["summary"].stringValue?.hasSuffix("4 adapters, \(requests.count) switches") == true)
            for (one, other) in zip(predictions, try Self.lines(ordered, "predictions.jsonl")) {
                #expect(one["adapter"] == other["adapter"])
                let (left, right) = (one["logits"].arrayValue ?? [], other["logits"].arrayValue ?? [])
                for (left, right) in zip(left, right) {
                    #expect(abs((left.doubleValue ?? 0) - (right.doubleValue ?? 1)) < 1e-5)
                }
            }
            #expect(try project.run().stages.values.allSatisfy { $0["state"] == "hit" })
        }
    }

    @Test("says which rows name no adapter or class, and what can't share a base")
    func refusals() throws {
        try TinyProject.with(method: "{uses: full}") { project in
            let beginning = TinyProject.pipeline(method: TinyProject.lora)
            try project.write(
                """
                {"text": "the fine film", "adapter": "adapter", "label": "good"}
                {"text": "the fine film", "adapter": "adaptor", "label": "good"}
                {"text": "the fine film", "adapter": "adapter", "label": "great"}

                """, to: "requests.jsonl")
            try project.write(beginning + Self.stage(["adapter"]), to: "p.yaml")
            let rows = try project.run("--only", "switched").ended
            #expect(rows.status == 1)
            for part in [
                "there is no adapter `adaptor`", "did you mean `adapter`?", "`great` is no class of `adapter`",
                "its classes are bad, fair, good",
            ] { #expect(rows.output.contains(part), "\(part): \(rows.output)") }

            try project.write(TinyProject.pipeline(method: "{uses: full}") + Self.stage(["adapter"]), to: "p.yaml")
            let whole = try project.run("--only", "switched").ended
            #expect(whole.status == 1)
            #expect(whole.output.contains("`adapter` is a whole model, which shares no base with others"))
        }
    }
}
