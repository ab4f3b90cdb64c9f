import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Stages

@Suite("Scores side by side")
struct ComparisonTests {
    private static func scores(
        _ stage: String, _ axes: [String: JSONValue], accuracy: Double, loss: Double? = 0.5, rows: Int = 100
    ) -> (GatheredArtifact, JSONValue) {
        var figures: JSONValue = ["split": "test", "rows": .int(rows), "accuracy": .double(accuracy)]
        if let loss { figures["loss"] = .double(loss) }
        return (GatheredArtifact(stage: stage, axes: axes, path: ""), figures)
    }

    /// What the stage says, and the table that it writes.
    private func compare(
        _ scores: [(GatheredArtifact, JSONValue)], _ written: [String: JSONValue] = [:]
    ) throws -> (outcome: StageHarness.Outcome, table: String) {
        try withTemporaryFolder { folder in
            var harness = StageHarness(folder: folder)
            harness.gathered["scores"] = try scores.enumerated().map { index, score in
                let place = folder.appending(path: "scores-\(index)")
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                try Data(score.1.canonical.utf8).write(to: place.appending(path: "scores.json"))
                return GatheredArtifact(stage: score.0.stage, axes: score.0.axes, path: place.path)
            }
            let outcome = try harness.run(CompareStage.self, written)
            #expect(try outcome.json("comparison.json") == outcome.report.metrics)
            let table = outcome.output.appending(path: "comparison.md")
            return (outcome, try String(contentsOf: table, encoding: .utf8))
        }
    }

    @Test("seeds become one row with mean and the deviation of a sample; other axes and stages stay apart")
    func rows() throws {
        let (outcome, table) = try compare([
            Self.scores("lora", ["r": 4, "seed": 1], accuracy: 0.8),
            Self.scores("lora", ["r": 4, "seed": 2], accuracy: 0.9),
            Self.scores("lora", ["r": 8, "seed": 1], accuracy: 0.7), Self.scores("full", [:], accuracy: 0.85),
        ])
        let rows = outcome.report.metrics["rows"].arrayValue ?? []
        #expect(rows.map { $0["count"].intValue } == [2, 1, 1])
        #expect(rows.map { $0["axes"] } == [["r": 4], ["r": 8], [:]])
        let first = rows[0]["figures"]["accuracy"]
        #expect(abs((first["mean"].doubleValue ?? 0) - 0.85) < 1e-12)
        #expect(abs((first["std"].doubleValue ?? 0) - 0.070710678) < 1e-8)
        #expect(first["min"].doubleValue == 0.8)
        #expect(first["max"].doubleValue == 0.9)
        #expect(rows[2]["figures"]["accuracy"]["std"].isNull)
        #expect(outcome.report.summary == "best accuracy 0.8500 ± 0.0707: lora[r=4]")
        #expect(table.split(separator: "\n").count == 5)
        #expect(table.contains("| lora | 4 | 2 | 0.8500 ± 0.0707 |"), "\(table)")
    }

    @Test("rows are ordered by a figure, and errors go up where accuracy goes down")
    func order() throws {
        let scores = [
            Self.scores("a", [:], accuracy: 0.7, loss: 0.4), Self.scores("b", [:], accuracy: 0.9, loss: 0.6),
            Self.scores("c", [:], accuracy: 0.8, loss: 0.2),
        ]
        func stages(_ written: [String: JSONValue]) throws -> [String?] {
            try compare(scores, written).outcome.report.metrics["rows"].arrayValue?.map { $0["stage"].stringValue }
                ?? []
        }
        #expect(try stages([:]) == ["a", "b", "c"])
        #expect(try stages(["sort_by": "accuracy"]) == ["b", "c", "a"])
        #expect(try stages(["sort_by": "loss"]) == ["c", "a", "b"])
        let byLoss = try compare(scores, ["sort_by": "loss", "metrics": ["accuracy"]]).outcome
        #expect(byLoss.report.summary == "best loss 0.2000: c")
    }

    @Test("a figure that some scores lack is refused, and different rows are a warning")
    func mistakes() throws {
        let scores = [
            Self.scores("a", [:], accuracy: 0.7), Self.scores("b", [:], accuracy: 0.9, loss: nil, rows: 50),
        ]
        let outcome = try compare(scores).outcome
        #expect(outcome.report.metrics["metrics"] == ["accuracy"])
        #expect(
            outcome.events.contains {
                if case .problem(let problem) = $0 { problem.message.contains("numbers of rows") } else { false }
            })
        #expect(throws: StageFailure.self) { try compare(scores, ["sort_by": "loss"]) }
        let failure = #expect(throws: StageFailure.self) { try compare(scores, ["metrics": ["loss"]]) }
        #expect(failure?.problems.first?.message == "the scores of stage `b` have no `loss`")
        #expect(failure?.problems.first?.help == "figures that all scores have: accuracy")
    }
}
