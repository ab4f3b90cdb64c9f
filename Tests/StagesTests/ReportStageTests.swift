import Foundation
import JSONValues
import ReportPages
import StageInterface
import TestSupport
import Testing

@testable import Stages

@Suite("The page of a stage")
struct ReportStageTests {
    /// Artifacts in a folder: texts of files by name, by artifact.
    private func with(
        _ artifacts: [String: [String: String]], _ body: (StageHarness, (String) -> String) throws -> Void
    ) throws {
        try withTemporaryFolder { folder in
            for (name, files) in artifacts {
                let place = folder.appending(path: name)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                for (file, text) in files { try Data(text.utf8).write(to: place.appending(path: file)) }
            }
            try body(StageHarness(folder: folder), { folder.appending(path: $0).path })
        }
    }

    private func page(_ outcome: StageHarness.Outcome) throws -> String {
        try String(contentsOf: outcome.output.appending(path: "report.html"), encoding: .utf8)
    }

    private static let scores = [
        "scores.json": """
        {"split": "test", "rows": 4, "accuracy": 0.5, "labels": ["bad", "good"], "confusion": [[1, 1], [1, 1]],
         "per_class": {"bad": {"f1": 0.5, "rows": 2}, "good": {"f1": 0.5, "rows": 2}}}
        """,
        "predictions.jsonl": """
        {"id": 1, "label": "bad", "predicted": "bad", "probability": 0.9}
        {"id": 2, "label": "bad", "predicted": "good", "probability": 0.6}
        {"id": 3, "label": "good", "predicted": "bad", "probability": 0.8}
        {"id": 4, "label": "good", "predicted": "good", "probability": 0.7}

        """,
    ]

    private static let rows = [
        "dataset.json": #"{"target": "label", "labels": ["bad", "good"]}"#,
        "test.jsonl": """
        {"id": 2, "text": "a <b>second</b> row", "label": 0}
        {"id": 3, "text": "the third row", "label": 1}

        """,
    ]

    @Test("scores, curves, comparisons and searches, with the texts of errors, and the same bytes each time")
    func everything() throws {
        let training = """
            {"losses": [0.7, 0.6], "best_epoch": 1, "evaluations": [{"epoch": 1, "loss": 0.65, "accuracy": 0.5}]}
            """
        let comparison = """
            {"metrics": ["accuracy"], "rows": [
              {"stage": "scores", "axes": {"r": 4}, "count": 2, "figures": {"accuracy": {"mean": 0.5, "std": 0.1, "min": 0.4, "max": 0.6}}},
              {"stage": "scores", "axes": {"r": 8}, "count": 1, "figures": {"accuracy": {"mean": 0.6, "min": 0.6, "max": 0.6}}}]}
            """
        let search = #"{"suggestion": 0.001, "points": [{"learning_rate": 0.0001, "smoothed_loss": 0.7}]}"#
        try with([
            "scores": Self.scores, "rows": Self.rows, "training": ["training.json": training],
            "comparison": ["comparison.json": comparison], "search": ["learning-rates.json": search],
        ]) { harness, path in
            var harness = harness
            harness.gathered = [
                "scores": [GatheredArtifact(stage: "scores", axes: ["r": 4], path: path("scores"))],
                "dataset": [GatheredArtifact(stage: "rows", axes: [:], path: path("rows"))],
                "trainings": [GatheredArtifact(stage: "adapter", axes: ["r": 4], path: path("training"))],
                "comparisons": [GatheredArtifact(stage: "comparison", axes: [:], path: path("comparison"))],
                "rates": [GatheredArtifact(stage: "rates", axes: [:], path: path("search"))],
            ]
            let outcome = try harness.run(ReportStage.self, ["title": "Reviews", "errors": 1])
            let page = try page(outcome)
            #expect(outcome.report.summary == "4 parts")
            for words in [
                "<h1>Reviews</h1>", "2 of 4 rows are wrong (50.0 %). These 1 are the worst by probability",
                "the third row", "scores[r=4]", "0.5000 ± 0.1000", "adapter[r=4]", "suggested: 1.0e-03",
            ] {
                let isThere = page.contains(words)
                #expect(isThere, "\(words)")
            }
            #expect(!page.contains("second"))
            let again = try self.page(harness.run(ReportStage.self, ["title": "Reviews", "errors": 1]))
            #expect(page == again)
            let both = try self.page(harness.run(ReportStage.self, [:]))
            #expect(both.contains("a &lt;b&gt;second&lt;/b&gt; row"))
        }
    }

    @Test("of several data sets the one counts whose axes fit")
    func datasets() throws {
        var other = Self.rows
        other["test.jsonl"] = #"{"id": 3, "text": "of another seed", "label": 1}"#
        try with(["scores": Self.scores, "rows": Self.rows, "other": other]) { harness, path in
            var harness = harness
            harness.gathered = [
                "scores": [GatheredArtifact(stage: "scores", axes: ["seed": 2], path: path("scores"))],
                "dataset": [
                    GatheredArtifact(stage: "rows", axes: ["seed": 1], path: path("rows")),
                    GatheredArtifact(stage: "rows", axes: ["seed": 2], path: path("other")),
                ],
            ]
            let page = try page(harness.run(ReportStage.self, [:]))
            #expect(page.contains("of another seed") && !page.contains("the third row"))
            #expect(page.contains("its text is not known here"))
        }
    }

    @Test("nothing to report and files that are no such artifact are errors")
    func mistakes() throws {
        var broken = Self.scores
        broken["predictions.jsonl"] = "{\"id\": 1\n"
        try with(["empty": [:], "broken": broken]) { harness, path in
            var harness = harness
            let nothing = #expect(throws: StageFailure.self) { try harness.run(ReportStage.self, [:]) }
            #expect(nothing?.problems.first?.help?.contains("`scores`") == true)
            for name in ["empty", "broken"] {
                harness.gathered = ["scores": [GatheredArtifact(stage: "s", axes: [:], path: path(name))]]
                #expect(throws: StageFailure.self) { try harness.run(ReportStage.self, [:]) }
            }
        }
    }

    @Test(
        "what is worst depends on what was predicted",
        arguments: [
            (
                // A distance of numbers; no row is right or wrong.
                [
                    #"{"id": 1, "numbers": [1.0], "predicted": [1.5]}"#,
                    #"{"id": 2, "numbers": [1.0, 2.0], "predicted": [1.0, 5.0]}"#,
                ], [2, 1], nil as Int?, "distance"
            ),
            (
                [
                    #"{"id": 1, "tags": ["A", "B"], "predicted": ["A", "B"], "loss": 3}"#,
                    #"{"id": 2, "tags": ["A", "B"], "predicted": ["A", "A"], "loss": 1}"#,
                    #"{"id": 3, "tags": ["A", "B"], "predicted": ["B", "A"], "loss": 2}"#,
                ], [3, 2], 2, "loss"
            ),
            (
                [
                    #"{"id": 1, "labels": ["a"], "predicted": ["a", "b"]}"#,
                    #"{"id": 2, "labels": ["a", "c"], "predicted": ["b"]}"#,
                    #"{"id": 3, "labels": [], "predicted": []}"#,
                ], [2, 1], 2, "wrong classes"
            ),
            (
                [
                    #"{"id": 1, "tokens": 4, "correct": 3, "loss": 0.5}"#,
                    #"{"id": 2, "tokens": 4, "correct": 1, "loss": 2.5}"#,
                ], [2, 1], nil, "loss"
            ),
            (
                [
                    #"{"id": 1, "text": "t", "predicted": "a b c", "references": ["a b d"]}"#,
                    #"{"id": 2, "text": "t", "predicted": "x", "references": ["a b d"]}"#,
                    #"{"id": 3, "text": "t", "predicted": "a b d ", "references": ["q", "a b d"]}"#,
                ], [2, 1], 2, "rouge_l"
            ),
        ])
    func worst(lines: [String], ids: [Int], wrong: Int?, measure: String) throws {
        try with(["scores": ["predictions.jsonl": lines.joined(separator: "\n")]]) { _, path in
            let errors = try #require(try PredictionErrors(in: path("scores"), most: 10).errors { _ in [:] })
            #expect(errors.rows.map(\.id) == ids.map(String.init))
            #expect(errors.wrong == wrong)
            #expect(errors.measure == measure)
            #expect(errors.total == lines.count)
        }
    }
}
