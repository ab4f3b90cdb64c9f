import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

@Suite("Frozen layers that are computed once")
struct StoredStatesTests {
    /// Hidden states in memory.
    private final class Stored: StoredStates {
        let layer: Int
        private var states: [Int: Tensor] = [:]

        init(_ model: any TunedModel, _ examples: [EncodedExample], batchSize: Int) throws {
            let layers = FrozenLayers(of: model)
            layer = layers.count
            try layers.states(of: examples, batchSize: batchSize) { states[$0] = $1 }
        }

        func states(of example: Int) throws -> Tensor { try #require(states[example]) }
    }

    private func topLayer(dropout: Double = 0) throws -> any TunedModel {
        var method = LoRA(r: 2, targetModules: .names(["query", "value"]))
        method.layersToTransform = [1]
        return try method.attach(to: try tinyBERT(dropout: dropout), generator: try RandomGenerator(seed: 1))
    }

    @Test("give the training that computing them in each step gives")
    func training() throws {
        let examples = try TrainingGolden.read().encoded
        func train(stores: Bool) throws -> (result: TrainingResult, values: [[Float]]) {
            let model = try topLayer()
            let stored = stores ? try Stored(model, examples, batchSize: 7) : nil
            let result = try Trainer(
                model: model, configuration: TrainingGolden.configuration, training: examples, validation: examples,
                stored: stored.map { StoredSplits(training: $0, validation: $0) }
            ).run()
            return (result, try model.trainedValues())
        }
        let (computed, values) = try train(stores: false)
        let (stored, others) = try train(stores: true)
        for (loss, other) in zip(computed.losses, stored.losses) { #expect(abs(loss - other) < 1e-5) }
        for (evaluation, other) in zip(computed.evaluations, stored.evaluations) {
            #expect(abs(evaluation.loss - other.loss) < 1e-5)
        }
        for (values, others) in zip(values, others) {
            for (value, other) in zip(values, others) { #expect(abs(value - other) < 1e-4) }
        }
        #expect(try train(stores: true).values == others)
    }

    @Test("are refused where noise is to be put into the words below them")
    func noise() throws {
        let examples = try TrainingGolden.read().encoded
        let model = try topLayer()
        let stored = try Stored(model, examples, batchSize: 7)
        var configuration = TrainingGolden.configuration
        configuration.neftuneNoiseAlpha = 5
        let error = try #require(throws: TrainingError.self) {
            try Trainer(
                model: model, configuration: configuration, training: examples,
                stored: StoredSplits(training: stored, validation: stored))
        }
        #expect("\(error)".contains("neftune_noise_alpha puts noise into words"))
    }

    @Test("are those below all that is trained, and none under a prompt")
    func counts() throws {
        #expect(FrozenLayers(of: try topLayer()).count == 1)
        #expect(FrozenLayers(of: try tunedTinyBERT("lora", dropout: 0)).count == 0)
        #expect(FrozenLayers(of: try tunedTinyBERT("full", dropout: 0)).count == 0)
        for prompt in ["prompt-tuning", "prefix-tuning", "p-tuning-mlp"] {
            #expect(FrozenLayers(of: try tunedTinyBERT(prompt, dropout: 0)).count == 0)
        }
        // A table of words that has an adapter is in front of all.
        #expect(FrozenLayers(of: try tunedTinyBERT("dora", dropout: 0)).count == 0)
        let head = try IA3(targetModules: .names(["layer.1.output.dense"]), feedforwardModules: .names([]))
            .attach(to: try tinyBERT(dropout: 0), generator: try RandomGenerator(seed: 1))
        #expect(FrozenLayers(of: head).count == 1)
    }
}
