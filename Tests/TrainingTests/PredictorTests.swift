import Foundation
import Testing
import Training

@Suite("Prediction")
struct PredictorTests {
    @Test("gives each example its own logits, in the examples' order", arguments: ["lora", "prompt-tuning"])
    func order(name: String) throws {
        let examples = try TrainingGolden.read().encoded
        let model = try tunedTinyBERT(name, dropout: 0.5)
        var done: [Int] = []
        let logits = try Predictor(model: model, batchSize: 6).logits(for: examples, progress: { done.append($0) })
        #expect(done == [6, 12, 18, 20])
        for (example, scores) in zip(examples, logits) {
            let alone = try #require(try Predictor(model: model).logits(for: [example]).first)
            #expect(scores.count == 3)
            for (score, alone) in zip(scores, alone) { #expect(abs(score - alone) < 1e-5) }
        }
    }

    @Test("needs no labels, and takes no time for no examples")
    func unlabelled() throws {
        let predictor = Predictor(model: try tunedTinyBERT("lora", dropout: 0))
        #expect(try predictor.logits(for: [EncodedExample(ids: [2, 5, 3])]).count == 1)
        #expect(try predictor.logits(for: []).isEmpty)
    }

    @Test("stops when it is asked to")
    func stop() throws {
        let predictor = Predictor(model: try tunedTinyBERT("lora", dropout: 0), batchSize: 5)
        var questions = 0
        #expect(throws: TrainingStopped(step: 10)) {
            try predictor.logits(
                for: try TrainingGolden.read().encoded,
                shouldStop: {
                    questions += 1
                    return questions == 3
                })
        }
    }

    @Test("turns logits into losses, classes and probabilities")
    func evaluation() {
        let evaluation = Evaluation(logits: [[1000, 0], [0, 0], [0, 2]], labels: [0, 0, 0], classCount: 2)
        let expected = (0 + log(2.0) + (2 + log(1 + exp(-2.0)))) / 3
        #expect(abs(evaluation.loss - expected) < 1e-12)
        #expect(evaluation.metrics.classification?.confusion == [[2, 1], [0, 0]])
        #expect(Evaluation.softmax([0, 0, -1000]) == [0.5, 0.5, 0])
    }
}
