import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

/// Trainings of reference libraries with other settings than the usual: `Golden/settings.json`.
private struct SettingsGolden: Decodable {
    let losses: [Double]
    /// Of each tensor in the end, the sum of elements weighted by their places, and the norm.
    let tensors: [String: [Double]]
    /// What training begins with, where that is no adapter of the tests.
    let weights: [HashedWeights]?
}

@Suite("Settings of training")
struct SettingsTests {
    /// What differs from the usual configuration, by the names in the file.
    static let changes: [String: @Sendable (inout TrainingConfiguration) -> Void] = [
        "sgd": { $0.optimizer = .sgd },
        "sgd-momentum": {
            $0.optimizer = .sgd
            $0.momentum = 0.9
        },
        "adafactor": { $0.optimizer = .adafactor },
        "lion": {
            $0.optimizer = .lion
            $0.beta2 = 0.99
        },
        "label-smoothing": { $0.labelSmoothing = 0.2 },
        "class-weights": { $0.classWeights = .values([0.5, 2, 1.25]) },
        "class-weights-smoothing": {
            $0.classWeights = .values([0.5, 2, 1.25])
            $0.labelSmoothing = 0.2
        },
        "loraplus": { $0.loraPlusRatio = 4 },
        "loraplus-tables": {
            $0.loraPlusRatio = 4
            $0.loraPlusEmbeddingRate = 0.003
        },
        "neftune": { $0.neftuneNoiseAlpha = 5 },
    ]

    /// NEFTune draws from the process's random numbers.
    @Test("give the losses and weights of the reference, step for step")
    func reference() async {
        await #expect(processExitsWith: .success) {
            let golden = try JSONDecoder().decode(
                [String: SettingsGolden].self, from: try TrainingTests.golden("settings.json"))
            #expect(Set(golden.keys) == Set(Self.changes.keys))
            for (name, change) in Self.changes {
                try Self.compare(name, change, try #require(golden[name]))
            }
        }
    }

    private static func compare(
        _ name: String, _ change: (inout TrainingConfiguration) -> Void, _ golden: SettingsGolden
    ) throws {
        try withTemporaryFolder { folder in
            var configuration = TrainingGolden.configuration
            change(&configuration)
            let model = try golden.weights.map { try start($0, folder) } ?? tunedTinyBERT("lora", dropout: 0)
            let examples = try TrainingGolden.read().encoded
            let result = try Trainer(model: model, configuration: configuration, training: examples).run()
            #expect(result.losses.count == golden.losses.count)
            for (step, (loss, expected)) in zip(result.losses, golden.losses).enumerated() {
                #expect(abs(loss - expected) < 5e-5, "\(name), step \(step + 1)")
            }
            let saved = folder.appending(path: "saved")
            try FileManager.default.createDirectory(at: saved, withIntermediateDirectories: true)
            try model.save(to: saved.path, baseModelName: nil)
            let file = try SafetensorsFile(saved.appending(path: "adapter_model.safetensors").path)
            for (tensor, expected) in golden.tensors {
                let values = try file.tensor(tensor).doubles()
                let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let count = Double(values.count)
                let weighted = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) / count }
                #expect(abs(norm - expected[1]) < 1e-3 * max(expected[1], 0.1), "\(name), \(tensor)")
                #expect(abs(weighted - expected[0]) < 1e-2 * max(expected[1], 0.1), "\(name), \(tensor)")
            }
        }
    }

    /// DoRA of a layer and a table.
    private static func start(_ weights: [HashedWeights], _ folder: URL) throws -> any TunedModel {
        let configuration: JSONValue = [
            "peft_type": "LORA", "task_type": "SEQ_CLS", "r": 2, "lora_alpha": 4, "use_dora": true,
            "target_modules": ["query", "word_embeddings"], "modules_to_save": ["classifier"],
        ]
        try Data(configuration.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
        try Safetensors.write(
            try HashedWeights.tensors(weights), metadata: ["format": "pt"],
            to: folder.appending(path: "adapter_model.safetensors").path)
        return try AdapterFolder.load(folder.path, onto: try tinyBERT(dropout: 0), isTrainable: true)
    }

    @Test("are in a checkpoint's fingerprint only where they are not at their defaults")
    func fingerprint() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let usual = String(decoding: try encoder.encode(TrainingConfiguration()), as: UTF8.self)
        // As version 1 of checkpoints had it.
        #expect(
            usual == #"{"batchSize":8,"beta1":0.9,"beta2":0.999,"epochs":3,"epsilon":1e-08,"evaluationBatchSize":64,"#
                + #""gradientAccumulationSteps":1,"groupsByLength":true,"learningRate":5e-05,"maxGradientNorm":1,"#
                + #""schedule":"linear","seed":42,"warmup":{"ratio":{"_0":0}},"weightDecay":0}"#)
        for (name, change) in Self.changes {
            var configuration = TrainingConfiguration()
            change(&configuration)
            #expect(String(decoding: try encoder.encode(configuration), as: UTF8.self) != usual, "\(name)")
        }
    }

    @Test("that a task has no use for are refused")
    func unsuitable() throws {
        var configuration = TrainingGolden.configuration
        configuration.classWeights = .values([1, 2])
        func refusal() throws -> [String] {
            let error = try #require(throws: TrainingError.self) {
                try Trainer(
                    model: try tunedTinyBERT("lora", dropout: 0), configuration: configuration,
                    training: try TrainingGolden.read().encoded)
            }
            return error.problems
        }
        #expect(try refusal() == ["class_weights has 2 numbers, and there are 3 classes"])
        configuration.classWeights = nil
        configuration.earlyStopping = EarlyStopping(patience: 1)
        #expect(try refusal() == ["early_stopping_patience needs examples to validate on, and there are none"])
        configuration.earlyStopping = EarlyStopping(patience: 0)
        configuration.momentum = 1
        configuration.labelSmoothing = 1
        configuration.averagedEpochs = 0
        #expect(
            try refusal() == [
                "sgd_momentum is 1.0, expected at least 0 and less than 1",
                "label_smoothing_factor is 1.0, expected at least 0 and less than 1",
                "early_stopping_patience is 0, expected at least 1", "average_last is 0, expected at least 1",
                "early_stopping_patience needs examples to validate on, and there are none",
            ])

        let numbers = TaskLoss(task: .sequenceClassification, problemType: .regression)
        #expect(throws: TrainingError.self) {
            try ClassWeights.balanced.weights(for: numbers, labels: ["a"], examples: [])
        }
    }

    @Test("balance classes in inverse proportion to how often they occur")
    func balanced() throws {
        func weights(_ task: TaskLoss, _ targets: [Target]) throws -> [Double] {
            try ClassWeights.balanced.weights(
                for: task, labels: ["a", "b", "c"], examples: targets.map { EncodedExample(ids: [1], target: $0) })
        }
        // scikit-learn's compute_class_weight("balanced"): rows / (classes · rows of the class).
        let rows = try weights(
            TaskLoss(task: .sequenceClassification), [.label(0), .label(1), .label(1), .label(1), .label(2), .label(2)])
        #expect(rows == [2, 2.0 / 3, 1])
        let tokens = try weights(
            TaskLoss(task: .tokenClassification), [.tokens([-100, 0, 0]), .tokens([0, 1, -100])])
        #expect(tokens == [2.0 / 3, 2, 0])
    }
}
