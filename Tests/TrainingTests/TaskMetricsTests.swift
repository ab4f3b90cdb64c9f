import Foundation
import Models
import Testing
import Training

@Suite("Metrics of tasks besides one class a row")
struct TaskMetricsTests {
    private struct Golden: Decodable {
        struct Labels: Decodable {
            let targets: [[Float]]
            let logits: [[Float]]
            let micro: [Double]
            let macro: [Double]
            let exact: Double
        }

        struct Numbers: Decodable {
            let targets: [[Float]]
            let predictions: [[Float]]
            let mse: Double
            let mae: Double
            let pearson: Double
            let spearman: Double
            let r2: Double
        }

        let labels: [Labels]
        let numbers: [Numbers]
    }

    private func golden() throws -> Golden {
        try JSONDecoder().decode(Golden.self, from: try TrainingTests.golden("task_metrics.json"))
    }

    private func evaluation(_ scores: [[Float]], _ targets: [[Float]], _ problem: ProblemType) -> Evaluation {
        Evaluation(
            scores.map { .scores($0) }, of: targets.map { EncodedExample(ids: [1], target: .numbers($0)) },
            for: TaskLoss(task: .sequenceClassification, problemType: problem), labels: targets[0].count)
    }

    @Test("of several classes a row equal scikit-learn's")
    func labels() throws {
        for expected in try golden().labels {
            let metrics = evaluation(expected.logits, expected.targets, .multiLabel).metrics
            #expect(near(["precision", "recall", "f1"].map { metrics[$0] }, expected.micro))
            #expect(near([metrics["macro_f1"]], [expected.macro[2]]))
            #expect(near([metrics["accuracy"]], [expected.exact]))
        }
    }

    @Test("of numbers equal scikit-learn's and SciPy's")
    func numbers() throws {
        for expected in try golden().numbers {
            let evaluation = evaluation(expected.predictions, expected.targets, .regression)
            #expect(near([evaluation.loss], [expected.mse]))
            #expect(
                near(
                    ["mse", "mae", "pearson", "spearman", "r2"].map { evaluation.metrics[$0] },
                    [expected.mse, expected.mae, expected.pearson, expected.spearman, expected.r2]))
        }
    }

    @Test("of numbers that are all the same are numbers")
    func constant() {
        let metrics = evaluation([[1], [2]], [[3], [3]], .regression).metrics
        #expect(metrics["pearson"] == 0)
        #expect(metrics["spearman"] == 0)
        #expect(metrics["r2"] == 0)
    }

    @Test("of tokens count tokens, not rows")
    func tokens() {
        let predictions = [
            TokenPrediction(lossSum: 3, targets: [1, 2, 3], predicted: [1, 2, 0]),
            TokenPrediction(lossSum: 1, targets: [4], predicted: [4]),
        ]
        let examples = predictions.map { EncodedExample(ids: $0.targets, target: .tokens($0.targets)) }
        let evaluation = Evaluation(
            predictions.map { .tokens($0) }, of: examples, for: TaskLoss(task: .causalLanguageModelling), labels: 0)
        #expect(evaluation.loss == 1)
        #expect(evaluation.metrics["accuracy"] == 0.75)
        #expect(evaluation.metrics["perplexity"] == exp(1.0))
    }

    /// Targets are kept in float32.
    private func near(_ left: [Double?], _ right: [Double]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs(($0 ?? .nan) - $1) < 1e-6 }
    }
}
