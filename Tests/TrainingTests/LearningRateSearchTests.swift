import Foundation
import PEFT
import Tensors
import TestSupport
import Testing
import Training

@Suite("The search for a learning rate")
struct LearningRateSearchTests {
    /// The class is the second token.
    private let examples = (0..<48).map { index in
        EncodedExample(ids: [2, Int32(10 + index % 3), Int32(20 + index % 7), 3], label: index % 3)
    }

    private func model() throws -> any TunedModel {
        try LoRA(targetModules: .names(["query", "value"]))
            .attach(to: try tinyBERT(dropout: 0), generator: try RandomGenerator(seed: 1))
    }

    @Test("goes through rates in equal factors until the loss has risen for good, and suggests one that learns")
    func search() throws {
        var search = LearningRateSearch()
        search.from = 1e-5
        search.to = 100
        search.steps = 80
        var steps: [Int] = []
        let result = try search.run(
            model: try model(), configuration: TrainingConfiguration(), training: examples,
            progress: { step, _ in steps.append(step) })
        #expect(steps == Array(1...result.points.count))
        let factors = zip(result.points.dropFirst(), result.points).map { $0.rate / $1.rate }
        #expect(factors.allSatisfy { abs($0 - factors[0]) < 1e-9 })
        #expect(result.isDiverged && result.points.count < 80)
        let suggestion = try #require(result.suggestion)
        let lowest = try #require(result.lowest)
        #expect(suggestion < lowest && suggestion > 1e-4)

        var configuration = TrainingConfiguration()
        configuration.epochs = 12
        configuration.learningRate = suggestion
        let trained = try Trainer(
            model: try model(), configuration: configuration, training: examples, validation: examples
        ).run()
        #expect(trained.evaluations[trained.bestEpoch - 1].metrics["accuracy"] == 1)
    }

    @Test("suggests nothing where the loss never falls, and refuses a range without rates")
    func nothing() throws {
        var search = LearningRateSearch()
        search.from = 1e-12
        search.to = 1e-11
        search.steps = 10
        let flat = try search.run(model: try model(), configuration: TrainingConfiguration(), training: examples)
        #expect(!flat.isDiverged)
        #expect(flat.points.count == 10)
        search.to = search.from
        #expect(throws: TrainingError.self) {
            try search.run(model: try model(), configuration: TrainingConfiguration(), training: examples)
        }
    }

    @Test("can be stopped")
    func stopped() throws {
        #expect(throws: TrainingStopped.self) {
            try LearningRateSearch().run(
                model: try model(), configuration: TrainingConfiguration(), training: examples, shouldStop: { true })
        }
    }
}
