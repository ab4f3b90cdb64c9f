import Foundation
import ReportPages
import StageInterface
import Stages

/// What a page reads of artifacts, and the page that is made of it: programs of a pipeline's own may write such files.
enum ReportTarget {
    private static let scores = "scores.json"
    private static let predictions = "predictions.jsonl"
    private static let training = "training.json"
    private static let comparison = "comparison.json"
    private static let search = "learning-rates.json"
    private static let data = "test.jsonl"

    private static let seeds: [[String: String]] = [
        [
            scores: """
            {"split": "test", "rows": 3, "accuracy": 0.5, "labels": ["bad", "good"], "confusion": [[1, 1], [1, 1]],
             "per_class": {"bad": {"f1": 0.5, "rows": 2}, "good": {"f1": 0.5, "rows": 2}}}
            """,
            predictions: """
            {"id": 1, "label": "bad", "predicted": "good", "probability": 0.6}
            {"id": 2, "labels": ["bad"], "predicted": ["good"], "probabilities": [0.1, 0.7]}
            {"id": 3, "numbers": [1.5], "predicted": [2.5]}

            """,
            data: """
            {"id": 1, "text": "a <b>row</b>", "pair": "and another", "label": 0}

            """,
            training: """
            {"losses": [0.7, 0.6, 0.5], "best_epoch": 1, "average": {"first_epoch": 1, "last_epoch": 2},
             "evaluations": [{"epoch": 1, "loss": 0.65, "accuracy": 0.5}, {"epoch": 2, "loss": 0.6, "accuracy": 0.6}]}
            """,
            comparison: """
            {"metrics": ["accuracy"], "rows": [
              {"stage": "s", "axes": {"r": 4}, "count": 2,
               "figures": {"accuracy": {"mean": 0.5, "std": 0.1, "min": 0.4, "max": 0.6}}},
              {"stage": "s", "axes": {"r": 8}, "count": 1, "figures": {"accuracy": {"mean": 0.6, "min": 0.6, "max": 0.6}}}]}
            """,
            search: """
            {"suggestion": 0.001, "points": [{"learning_rate": 0.0001, "smoothed_loss": 0.7},
             {"learning_rate": 0.01, "smoothed_loss": 0.5}]}
            """,
        ],
        [
            scores: #"{"split": "test", "rows": 3, "bleu": 12.5}"#,
            predictions: """
            {"id": 1, "text": "t", "predicted": "a b c", "references": ["a b d"], "complete": true}
            {"id": 2, "tags": ["A", "B"], "predicted": ["B", "B"], "loss": 1}
            {"id": 3, "tokens": 4, "correct": 3, "loss": 0.5}

            """,
            data: "", training: "{}", comparison: "{}", search: "{}",
        ],
    ]

    static func make() throws -> FuzzTarget {
        FuzzTarget(
            name: "report", seeds: seeds.map { $0.mapValues { Array($0.utf8) } },
            damagedFiles: [scores, predictions, training, comparison, search, data], structure: JSONMutation(),
            growth: (256, 32 << 20),
            read: { _, folder in
                var report = Report(title: "fuzz")
                var refusal: (any Error)?
                // One that is refused must not hide what the others make of the page.
                func attempt(_ body: () throws -> Void) { do { try body() } catch { refusal = error } }
                attempt {
                    report.scores = [
                        try ArtifactReading.scores("s", in: folder, dataset: folder, mostErrors: 10)
                    ]
                }
                attempt { report.trainings = try ArtifactReading.training("t", in: folder).map { [$0] } ?? [] }
                attempt { report.comparisons = [try ArtifactReading.comparison("c", in: folder)] }
                attempt { report.searches = [try ArtifactReading.search("r", in: folder)] }
                let page = report.page
                guard page.hasSuffix("</html>\n"), !page.contains("<b>row") else { throw Unsound() }
                if let refusal { throw refusal }
            }, isOwnError: { $0 is StageFailure })
    }

    /// A page that is not whole, or has markup of the data. It is no error of the reader's, so it is a finding.
    private struct Unsound: Error {}
}
