import Foundation
import JSONValues
import TestSupport
import Testing

/// Training that goes on from what an earlier one left.
@Suite("Going on from an adapter", .ownThread, .serialized)
struct FurtherTrainingTests {
    private static func pipeline(
        _ method: String, from: String = "{tokens: other-tokens, adapter: adapter}",
        labels: String = "[bad, fair, good]"
    ) -> String {
        TinyProject.pipeline(method: method) + """
              other:
                uses: data
                with: {source: other.csv, labels: \(labels), split: {train: 0.7, test: 0.3}}
              other-tokens:
                uses: tokenize
                from: {dataset: other}
                with: {tokenizer: models/tiny, max_length: 12}
              second:
                uses: train
                from: \(from)
                with: {model: models/tiny, epochs: 6, batch_size: 8, learning_rate: 2.0e-2}
              kept:
                uses: evaluate
                from: {adapter: adapter, tokens: tokens}
                with: {split: test, metrics: [accuracy, loss]}
              forgotten:
                uses: evaluate
                from: {adapter: second, tokens: tokens}
                with: {split: test, metrics: [accuracy, loss]}
              learned:
                uses: evaluate
                from: {adapter: second, tokens: other-tokens}
                with: {split: test, metrics: [accuracy, loss]}

            """
    }

    /// Rows in which the classes of the first task's words are turned round.
    private static let rows =
        "text,label\n"
        + (0..<60).map { index in
            let words = ["awful", "poor", "wrong", "plain", "usual", "even", "fine", "great", "lovely"]
            return "the \(words[index % 9]) room no \(index),\(["good", "fair", "bad"][index % 9 / 3])\n"
        }.joined()

    @Test(
        "the second task is learned and the first forgotten, and the first adapter is as it was",
        arguments: [TinyProject.lora, "{uses: bitfit}"])
    func forgetting(method: String) throws {
        try TinyProject.with { project in
            try project.write(Self.rows, to: "other.csv")
            try project.write(Self.pipeline(method), to: "p.yaml")
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.errors)\(ended.output)")
            func loss(_ stage: String) throws -> Double {
                try #require(stages[stage]?["metrics"]["loss"].doubleValue)
            }
            #expect(try loss("forgotten") > loss("kept"))
            #expect(try loss("learned") < loss("forgotten"))
            #expect(project.digests(stages)["kept"] != project.digests(stages)["forgotten"])
            // The same again from the start.
            let forced = try project.run("--only", "second", "--force").stages
            #expect(project.digests(forced)["second"] == project.digests(stages)["second"])
        }
    }

    @Test("a method and an adapter, or neither, is an error before anything runs")
    func inputs() throws {
        try TinyProject.with { project in
            try project.write(Self.rows, to: "other.csv")
            let both = "{tokens: other-tokens, method: method, adapter: adapter}"
            try project.write(Self.pipeline(TinyProject.lora, from: both), to: "p.yaml")
            let two = try project.program("validate", "p.yaml")
            #expect(two.status == 2)
            #expect(
                two.errors.contains("the inputs `method` and `adapter` of stage `second` stand in each other's place"),
                "\(two.errors)")
            try project.write(Self.pipeline(TinyProject.lora, from: "{tokens: other-tokens}"), to: "p.yaml")
            let none = try project.program("validate", "p.yaml")
            #expect(none.status == 2)
            #expect(
                none.errors.contains(
                    "the input `method` of stage `second` is not connected, and neither is `adapter`, which may stand in its "
                        + "place; it wants an artifact of type method"), "\(none.errors)")
        }
    }

    @Test("rows of other classes than the adapter's are refused")
    func classes() throws {
        try TinyProject.with { project in
            try project.write(Self.rows, to: "other.csv")
            try project.write(Self.pipeline(TinyProject.lora, labels: "[good, fair, bad]"), to: "p.yaml")
            let (ended, stages) = try project.run("--keep-going")
            #expect(ended.status == 1)
            #expect(stages["second"]?["state"] == "failed")
            #expect(
                ended.output.contains(
                    "the adapter was trained for sequence-classification of bad, fair, good, and the rows teach "
                        + "sequence-classification of good, fair, bad"), "\(ended.output)")
        }
    }
}
