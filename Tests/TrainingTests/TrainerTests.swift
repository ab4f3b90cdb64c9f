import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

@Suite("The trainer")
struct TrainerTests {
    @Test("keeps the parameters of the epoch with the best evaluation")
    func best() throws {
        let examples = try TrainingGolden.read().encoded
        var configuration = TrainingGolden.configuration
        configuration.epochs = 6
        let model = try tunedTinyBERT("lora", dropout: 0)
        let trainer = try Trainer(
            model: model, configuration: configuration, training: examples, validation: examples)
        let result = try trainer.run()
        #expect(result.evaluations.count == 6)
        let best = try #require(result.evaluations.compactMap { $0.metrics["accuracy"] }.max())
        #expect(result.evaluations[result.bestEpoch - 1].metrics["accuracy"] == best)

        let logits = try Predictor(model: model).logits(for: examples)
        let evaluation = Evaluation(logits: logits, labels: examples.compactMap { $0.target?.label }, classCount: 3)
        #expect(evaluation.metrics == result.evaluations[result.bestEpoch - 1].metrics)
    }

    @Test("learns what can be learnt")
    func learns() throws {
        // The class is the second token.
        let examples = (0..<48).map { index in
            EncodedExample(ids: [2, Int32(10 + index % 3), Int32(20 + index % 7), 3], label: index % 3)
        }
        var configuration = TrainingConfiguration()
        configuration.epochs = 12
        configuration.learningRate = 0.01
        let method = LoRA(targetModules: .names(["query", "value"]))
        let model = try method.attach(to: try tinyBERT(dropout: 0), generator: try RandomGenerator(seed: 1))
        let result = try Trainer(
            model: model, configuration: configuration, training: examples, validation: examples
        ).run()
        #expect(result.evaluations[result.bestEpoch - 1].metrics["accuracy"] == 1)
    }

    @Test("gives the head a learning rate of its own, and the rest the other")
    func headRate() throws {
        func values(head: Double?) throws -> [String: [Float]] {
            var configuration = TrainingGolden.configuration
            configuration.epochs = 1
            configuration.gradientAccumulationSteps = 8
            configuration.warmup = .steps(0)
            configuration.learningRate = 1e-3
            configuration.headLearningRate = head
            configuration.weightDecay = 0
            let model = try tunedTinyBERT("p-tuning-mlp", dropout: 0)
            let before = try model.trainedValues()
            _ = try Trainer(
                model: model, configuration: configuration, training: try TrainingGolden.read().encoded
            ).run()
            let changes = zip(try model.trainedValues(), before).map { zip($0, $1).map { $0 - $1 } }
            return Dictionary(uniqueKeysWithValues: zip(model.trainableParameters.map(\.name), changes))
        }
        let same = try values(head: nil)
        let faster = try values(head: 1e-2)
        // One step of Adam is the learning rate long.
        let classifier = try #require(same["classifier.bias"])
        for (change, other) in zip(classifier, try #require(faster["classifier.bias"])) {
            #expect(abs(other / change - 10) < 0.01)
        }
        #expect(same["prompt_encoder.mlp_head.0.weight"] == faster["prompt_encoder.mlp_head.0.weight"])
    }

    @Test("reports steps, epochs, rates and times")
    func progress() throws {
        var reports: [TrainingProgress] = []
        _ = try trainer(tunedTinyBERT("lora", dropout: 0)).run(progress: { reports.append($0) })
        #expect(reports.map(\.step) == Array(1...8))
        #expect(reports.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2])
        #expect(reports.allSatisfy { $0.steps == 8 && $0.samplesPerSecond > 0 })
        #expect(reports.last?.secondsLeft == 0)
    }

    @Test("names a parameter whose gradient is zero everywhere after two steps")
    func zeroGradient() throws {
        let error = try #require(throws: TrainingError.self) {
            try trainer(FaultyModel(fault: .zeroGradient)).run()
        }
        #expect(
            error.problems == [
                "at step 3 the gradient is zero everywhere for `extra.weight`: nothing would be learnt there"
            ])
    }

    @Test("names a parameter that takes no part in the output")
    func noGradient() throws {
        let error = try #require(throws: TrainingError.self) { try trainer(FaultyModel(fault: .unused)).run() }
        #expect(
            error.problems == ["`extra.weight` is to be trained but has no gradient: it takes no part in the output"])
    }

    @Test("names a parameter whose gradient is not a number")
    func infiniteGradient() throws {
        let error = try #require(throws: TrainingError.self) {
            try trainer(FaultyModel(fault: .infiniteGradient)).run()
        }
        let problem = try #require(error.problems.first)
        #expect(problem.hasPrefix("at step 1 the gradient is infinite or not a number for "))
        #expect(problem.contains("`extra.weight`"))
    }

    @Test("stops at a loss that is not a number")
    func nanLoss() throws {
        let error = try #require(throws: TrainingError.self) { try trainer(FaultyModel(fault: .nanLoss)).run() }
        #expect(error.problems == ["the loss is nan at step 1"])
        #expect(error.help == "lower learning_rate, or warm up over more steps")
    }

    @Test("refuses a configuration out of range, all at once")
    func configuration() throws {
        var configuration = TrainingConfiguration()
        configuration.epochs = 0
        configuration.learningRate = -1
        configuration.warmup = .ratio(2)
        configuration.maxGradientNorm = 0
        let error = try #require(throws: TrainingError.self) {
            try Trainer(
                model: try tunedTinyBERT("lora", dropout: 0), configuration: configuration,
                training: try TrainingGolden.read().encoded)
        }
        #expect(
            error.problems == [
                "epochs is 0, expected at least 1", "learning_rate is -1.0, expected more than 0",
                "max_grad_norm is 0.0, expected more than 0", "warmup_ratio is 2.0, expected from 0 to 1",
            ])
    }

    @Test("names examples that the model can't read, with room left for virtual tokens")
    func examples() throws {
        let good = EncodedExample(ids: [2, 5, 3], label: 0)
        func problems(_ examples: [EncodedExample]) throws -> [String] {
            try #require(throws: TrainingError.self) {
                try Trainer(
                    model: try tunedTinyBERT("prompt-tuning", dropout: 0), configuration: TrainingConfiguration(),
                    training: examples)
            }.problems
        }
        #expect(try problems([]) == ["there are no training examples"])
        #expect(
            try problems([
                good, EncodedExample(ids: [], label: 0),
                EncodedExample(ids: Array(repeating: 5, count: 21), label: 0),
                EncodedExample(ids: [2, 50, 3], label: 0), EncodedExample(ids: [2, 5, 3], label: 3),
                EncodedExample(ids: [2, 5, 3]),
                EncodedExample(ids: [2, 5, 3], tokenTypeIDs: [0, 2, 0], label: 0),
                EncodedExample(ids: [2, 5, 3], tokenTypeIDs: [0], label: 0),
            ]) == [
                "training example 2 has no tokens",
                "training example 3 has 21 tokens; the model has room for 20 behind 4 virtual tokens",
                "training example 4 has the token id 50; the model's vocabulary has 50",
                "training example 5 has the label 3; the model has 3 classes",
                "training example 6 has no label",
                "2 more training examples are wrong",
            ])
    }

    @Test("leaves no tensors behind from step to step")
    func leaks() async {
        // In a process of its own: the count belongs to the process.
        await #expect(processExitsWith: .success) {
            var counts: [Int] = []
            let trainer = try Trainer(
                model: try tunedTinyBERT("lora", dropout: 0.1), configuration: TrainingGolden.configuration,
                training: try TrainingGolden.read().encoded)
            _ = try trainer.run(progress: { _ in counts.append((try? LibTorch.liveTensorCount()) ?? -1) })
            #expect(counts.count == 8)
            #expect(Set(counts).count == 1)
        }
    }

    private func trainer(_ model: any TunedModel) throws -> Trainer {
        try Trainer(
            model: model, configuration: TrainingGolden.configuration, training: try TrainingGolden.read().encoded)
    }
}

/// A method with a mistake in it.
private final class FaultyModel: TunedModel {
    enum Fault {
        case zeroGradient
        case unused
        case infiniteGradient
        case nanLoss
    }

    let base: any TransformerModel
    private let fault: Fault
    private let extra: Parameter

    init(fault: Fault) throws {
        base = try tinyBERT(dropout: 0)
        self.fault = fault
        extra = Parameter(name: "extra.weight", role: .weight, value: try Tensor.zeros([1]))
        try base.setTrainable { $0.name.hasPrefix("classifier") }
        try extra.setTrainable(true)
    }

    var trainableParameters: [Parameter] { base.headParameters + [extra] }

    func logits(for input: ModelInput, mode: ForwardMode) throws -> Tensor {
        let logits = try base.logits(for: input, mode: mode)
        return switch fault {
        case .zeroGradient: try logits + extra.value * 0
        case .unused: logits
        // The slope of a square root at zero.
        case .infiniteGradient: try logits + extra.value.sqrt() * Tensor([1, 0, 0], shape: [1, 3])
        case .nanLoss: try logits + extra.value * Double.nan
        }
    }

    func save(to folder: String, baseModelName: String?) {}
    func merge() {}
}
