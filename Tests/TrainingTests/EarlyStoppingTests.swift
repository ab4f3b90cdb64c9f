import Foundation
import PEFT
import Tensors
import TestSupport
import Testing
import Training

@Suite("Early stopping")
struct EarlyStoppingTests {
    private struct Case: Decodable {
        let patience: Int
        let threshold: Double
        let figures: [Double]
        let stopped: Int?
    }

    @Test("ends where transformers' callback ends")
    func reference() throws {
        let cases = try JSONDecoder().decode([Case].self, from: try golden("early_stopping.json"))
        #expect(cases.count == 36)
        for example in cases {
            let stopping = EarlyStopping(patience: example.patience, threshold: example.threshold)
            // The loss is what is compared where there is no share that is right.
            let evaluations = example.figures.map {
                Evaluation(loss: -$0, metrics: .numbers(RegressionMetrics(predictions: [[1]], targets: [[1]])))
            }
            let stopped = (1...evaluations.count).first { stopping.isReached(by: Array(evaluations.prefix($0))) }
            #expect(stopped == example.stopped)
        }
    }

    @Test("ends a training that no longer learns, with the parameters of its best epoch")
    func training() throws {
        let examples = try TrainingGolden.read().encoded
        var configuration = TrainingGolden.configuration
        configuration.epochs = 9
        configuration.learningRate = 1e-12
        configuration.earlyStopping = EarlyStopping(patience: 2)
        let model = try tunedTinyBERT("lora", dropout: 0)
        let result = try Trainer(
            model: model, configuration: configuration, training: examples, validation: examples
        ).run()
        #expect(result.evaluations.count == 3)
        #expect(result.steps == 12)
        #expect(result.bestEpoch <= 3)
    }
}
