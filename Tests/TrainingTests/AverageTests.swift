import Foundation
import PEFT
import Tensors
import TestSupport
import Testing
import Training

@Suite("The mean of the last epochs")
struct AverageTests {
    @Test("is the mean of the parameters that the epochs ended with, and is evaluated")
    func mean() throws {
        let examples = try TrainingGolden.read().encoded
        var configuration = TrainingGolden.configuration
        configuration.epochs = 3
        configuration.averagedEpochs = 2
        let model = try tunedTinyBERT("lora", dropout: 0)
        var ends: [[[Float]]] = []
        let result = try Trainer(
            model: model, configuration: configuration, training: examples, validation: examples
        ).run(progress: { report in
            if report.step.isMultiple(of: 4), let values = try? model.trainedValues() { ends.append(values) }
        })
        #expect(ends.count == 3)
        let mean = zip(ends[1], ends[2]).map { zip($0, $1).map { ($0 + $1) / 2 } }
        for (found, expected) in zip(try model.trainedValues(), mean) {
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
        }
        let average = try #require(result.average)
        #expect(average.epochs == 2...3)
        let logits = try Predictor(model: model).logits(for: examples)
        let evaluation = Evaluation(logits: logits, labels: examples.compactMap { $0.target?.label }, classCount: 3)
        #expect(average.evaluation?.metrics == evaluation.metrics)
    }

    @Test("is of all epochs where there are fewer, and is not told where nobody asked")
    func few() throws {
        var configuration = TrainingGolden.configuration
        let examples = try TrainingGolden.read().encoded
        func run() throws -> ParameterAverage? {
            try Trainer(
                model: try tunedTinyBERT("lora", dropout: 0), configuration: configuration, training: examples
            ).run().average
        }
        #expect(try run() == nil)
        configuration.averagedEpochs = 5
        let average = try run()
        #expect(average?.epochs == 1...2)
        #expect(average?.evaluation == nil)
    }
}
