import JSONValues
import Models
import Testing
import Training

@testable import Stages

@Suite("The figures of scores")
struct ScoresTests {
    private static let evaluations: [Evaluation] = [
        evaluation(.sequenceClassification, .singleLabel, .scores([1, 0]), .label(0)),
        evaluation(.sequenceClassification, .multiLabel, .scores([1, -1]), .numbers([1, 0])),
        evaluation(.sequenceClassification, .regression, .scores([1, 0]), .numbers([1, 0])),
        evaluation(
            .tokenClassification, .singleLabel, .tokens(TokenPrediction(targets: [0], predicted: [0])), .tokens([0])),
        evaluation(
            .causalLanguageModelling, .singleLabel, .tokens(TokenPrediction(targets: [7], predicted: [7])), .tokens([7])
        ),
    ]

    private static func evaluation(
        _ task: ModelTask, _ problem: ProblemType, _ prediction: Prediction, _ target: Target
    ) -> Evaluation {
        Evaluation(
            [prediction], of: [EncodedExample(ids: [7], target: target)],
            for: TaskLoss(task: task, problemType: problem), labels: 2)
    }

    @Test("can each be chosen, and every task has those that it shows by itself", arguments: evaluations)
    func names(evaluation: Evaluation) throws {
        for (name, _) in evaluation.metrics.figures { #expect(ScoreMetric(rawValue: name) != nil, "\(name)") }
        let scores = Scores(
            evaluation: evaluation, learned: LearnedTask(.sequenceClassification, labels: ["a", "b"]), split: .test,
            rows: 1)
        #expect(try scores.json(nil)["rows"] == 1)
        #expect(try scores.json([.loss])["loss"].doubleValue == evaluation.loss)
    }
}
