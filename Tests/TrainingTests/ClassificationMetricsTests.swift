import Foundation
import Testing
import Training

@Suite("Classification metrics")
struct ClassificationMetricsTests {
    private struct Case: Decodable {
        let name: String
        let classes: Int
        let labels: [Int]
        let predictions: [Int]
        let confusion: [[Int]]
        let accuracy: Double
        let macro: [Double]
        let binary: [Double]?
        let each: [[Double]]
        let support: [Int]
        let mcc: Double
    }

    @Test("equal scikit-learn's")
    func golden() throws {
        let cases = try JSONDecoder().decode([Case].self, from: try TrainingTests.golden("metrics.json"))
        #expect(cases.count == 6)
        for expected in cases {
            let metrics = ClassificationMetrics(
                labels: expected.labels, predictions: expected.predictions, classCount: expected.classes)
            let name = Comment(rawValue: expected.name)
            #expect(metrics.confusion == expected.confusion, name)
            #expect(near([metrics.accuracy], [expected.accuracy]), name)
            #expect(near(figures(metrics.macro), expected.macro), name)
            #expect(near(metrics.binary.map(figures) ?? [], expected.binary ?? []), name)
            #expect(near(metrics.perClass.map(\.precision), expected.each[0]), name)
            #expect(near(metrics.perClass.map(\.recall), expected.each[1]), name)
            #expect(near(metrics.perClass.map(\.f1), expected.each[2]), name)
            #expect(metrics.perClass.map(\.support) == expected.support, name)
            #expect(near([metrics.matthewsCorrelation], [expected.mcc]), name)
        }
    }

    @Test("tell the classes that are never predicted")
    func neglected() {
        let metrics = ClassificationMetrics(labels: [0, 1, 1, 2], predictions: [1, 1, 1, 1], classCount: 4)
        #expect(metrics.neglectedClasses == [0, 2])
    }

    private func figures(_ scores: ClassificationMetrics.Scores) -> [Double] {
        [scores.precision, scores.recall, scores.f1]
    }

    private func near(_ left: [Double], _ right: [Double]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-12 }
    }
}
