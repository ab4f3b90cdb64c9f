import Foundation
import Reports

@testable import ReportPages

/// A report with something in each of its parts, the same every time.
enum SampleReport {
    static var report: Report {
        var report = Report(title: "sample")
        report.subtitle = "Everything that a page may have."
        report.facts = [
            .init("run", "2026-03-01T12-00-00.000Z-k3f9ab"), .init("state", "done"), .init("took", "1 min 39 s"),
        ]
        report.findings = [
            .init(
                severity: "warning", stage: "scores", message: "every row is predicted to be `good`",
                help: "train for longer")
        ]
        report.comparisons = [comparison]
        report.graph = graph
        report.trainings = [training("adapter[seed=1]", shift: 0), training("adapter[seed=2]", shift: 0.05)]
        report.searches = [search]
        report.scores = [scores]
        report.recipe = [
            .init(path: "pipelines/sample.yaml", text: "version: 1\nname: sample\nstages:\n  rows:\n    uses: data\n")
        ]
        report.parameters = [.init("r", "8"), .init("seed", "1", remark: "--set seed=1")]
        report.environment = [.init("LibTorch", "2.11.0"), .init("threads", "2")]
        report.digests = [
            .init(
                stage: "rows", key: String(repeating: "ab", count: 32), output: String(repeating: "cd", count: 32),
                files: [.init("source", String(repeating: "ef", count: 32))])
        ]
        return report
    }

    static let graph = ReportedGraph(stages: [
        .init(name: "rows", writtenName: "rows", kind: "data", state: "hit", seconds: 0.001, computedSeconds: 0.1),
        .init(
            name: "tokens", writtenName: "tokens", kind: "tokenize", state: "hit", seconds: 0.001, computedSeconds: 0.2,
            why: "unchanged", feeders: ["rows"]),
        .init(name: "method", writtenName: "method", kind: "lora", state: "ran", seconds: 0.01, why: "r 4 → 8"),
        .init(
            name: "adapter[seed=1]", writtenName: "adapter", kind: "train", state: "ran", seconds: 90,
            feeders: ["tokens", "method"]),
        .init(
            name: "adapter[seed=2]", writtenName: "adapter", kind: "train", state: "failed", seconds: 3,
            feeders: ["tokens", "method"]),
        .init(
            name: "scores[seed=1]", writtenName: "scores", kind: "evaluate", state: "ran", seconds: 1.5,
            summary: "accuracy 0.8", feeders: ["adapter[seed=1]", "tokens"]),
        .init(
            name: "scores[seed=2]", writtenName: "scores", kind: "evaluate", state: "not begun",
            feeders: ["adapter[seed=2]", "tokens"]),
    ])

    static func training(_ stage: String, shift: Double) -> ReportedTraining {
        ReportedTraining(
            stage: stage, losses: (0..<30).map { 0.7 - 0.015 * Double($0) + shift },
            epochs: (1...3).map { epoch in
                .init(
                    epoch: epoch,
                    figures: [
                        Figure("accuracy", 0.5 + 0.1 * Double(epoch) - shift), Figure("f1", 0.4 + 0.12 * Double(epoch)),
                        Figure("loss", 0.7 - 0.1 * Double(epoch) + shift),
                    ])
            }, bestEpoch: 3)
    }

    static let search = ReportedSearch(
        stage: "rates",
        points: (0..<40).map { step in
            let rate = pow(10, -6 + Double(step) / 8)
            return .init(rate: rate, loss: 0.7 - 0.1 * sin(Double(step) / 12) + (step > 34 ? 0.2 : 0))
        }, suggestion: 1e-3)

    static var scores: ReportedScores {
        var scores = ReportedScores(
            stage: "scores", split: "test", rows: 10, figures: [Figure("accuracy", 0.8), Figure("loss", 0.4)])
        scores.labels = ["bad", "good"]
        scores.confusion = [[4, 1], [1, 4]]
        scores.classes = [
            .init(name: "bad", figures: [Figure("f1", 0.8)], rows: 5),
            .init(name: "good", figures: [Figure("f1", 0.8)], rows: 5),
        ]
        scores.errors = WorstErrors(
            rows: [
                .init(id: "7", text: "not once did I regret it", expected: "good", predicted: "bad", measure: 0.98),
                .init(id: "3", expected: "bad", predicted: "good", measure: 0.61),
            ], wrong: 2, total: 10, measure: "probability")
        return scores
    }

    static var comparison: ReportedComparison {
        var comparison = ReportedComparison(
            stage: "comparison", metrics: ["accuracy"],
            rows: [
                .init(
                    name: "scores[method=lora]", count: 3, figures: [Spread([0.80, 0.84, 0.82])],
                    costs: [Spread([74_498]), Spread([61.5, 60.2])]),
                .init(
                    name: "scores[method=full]", count: 3, figures: [Spread([0.83, 0.84, 0.85])],
                    costs: [Spread([22_713_986]), Spread([180.0])]),
            ])
        comparison.costs = [.init("trainable parameters", .count), .init("training time", .seconds)]
        return comparison
    }
}
