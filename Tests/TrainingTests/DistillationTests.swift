import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@testable import Training

/// What PyTorch makes of a teacher's logits: `Golden/distillation.json`.
private struct DistillationGolden: Decodable {
    struct Case: Decodable {
        let temperature: Double
        let weight: Double
        /// (rows, classes)
        let student: [[Float]]
        let teacher: [[Float]]
        let labels: [Int]
        /// The sum over rows.
        let divergence: Double
        /// The mean over rows.
        let loss: Double
        /// Of the student's logits.
        let gradient: [[Float]]
    }

    struct Training: Decodable {
        let temperature: Double
        let weight: Double
        let class_weights: [Double]?
        let losses: [Double]
        /// Of each tensor in the end, the sum of elements weighted by their places, and the norm.
        let tensors: [String: [Double]]
    }

    let cases: [Case]
    /// Of each example of ``TrainingGolden``.
    let teacher: [[Float]]
    let trainings: [Training]

    static func read() throws -> DistillationGolden {
        try JSONDecoder().decode(DistillationGolden.self, from: try golden("distillation.json"))
    }
}

@Suite("Distillation")
struct DistillationTests {
    @Test("the loss and its gradients are PyTorch's")
    func loss() throws {
        for example in try DistillationGolden.read().cases {
            let student = try Tensor(example.student.flatMap { $0 }, shape: [example.student.count, 3])
            try student.setRequiresGradient(true)
            let count = Double(example.student.count)
            let distillation = Distillation(
                logits: example.teacher, temperature: example.temperature, weight: example.weight)
            let labels = try Tensor(example.labels, shape: [example.labels.count])
            let loss = try distillation.loss(
                crossEntropy: NN.crossEntropy(student, labels, reduction: .sum), logits: student,
                rows: Array(example.labels.indices), factor: 1)
            #expect(abs(try loss.item() / count - example.loss) < 1e-5 * max(1, example.loss))
            let gradient = try #require(try Gradients.of(loss * (1 / count), by: [student])[0]).floats()
            for (value, expected) in zip(gradient, example.gradient.joined()) { #expect(abs(value - expected) < 1e-5) }
            let divergence = try Distillation.divergence(
                of: student, from: Tensor(example.teacher.flatMap { $0 }, shape: [example.teacher.count, 3]),
                temperature: example.temperature)
            #expect(abs(try divergence.item() - example.divergence) < 1e-4 * max(1, example.divergence))
        }
    }

    @Test("a teacher that says what the student says teaches nothing")
    func agreement() throws {
        let logits = try Tensor([1, -2, 0.5, 3, 3, -40] as [Float], shape: [2, 3])
        #expect(abs(try Distillation.divergence(of: logits, from: logits, temperature: 0.01).item()) < 1e-6)
        let other = try logits + 100
        #expect(abs(try Distillation.divergence(of: logits, from: other, temperature: 2).item()) < 1e-5)
    }

    @Test("trainings give the losses and weights of the reference, step for step, with classes that weigh more too")
    func trainings() throws {
        let golden = try DistillationGolden.read()
        for training in golden.trainings {
            var configuration = TrainingGolden.configuration
            configuration.classWeights = training.class_weights.map { .values($0) }
            let model = try tunedTinyBERT("lora", dropout: 0)
            let result = try Trainer(
                model: model, configuration: configuration, training: TrainingGolden.read().encoded,
                distillation: Distillation(
                    logits: golden.teacher, temperature: training.temperature, weight: training.weight)
            ).run()
            #expect(result.losses.count == training.losses.count)
            for (step, (loss, expected)) in zip(result.losses, training.losses).enumerated() {
                #expect(abs(loss - expected) < 5e-5, "temperature \(training.temperature), step \(step + 1)")
            }
            try withTemporaryFolder { folder in
                try model.save(to: folder.path, baseModelName: nil)
                let file = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
                for (name, expected) in training.tensors {
                    let values = try file.tensor(name).doubles()
                    let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                    let count = Double(values.count)
                    let weighted = values.enumerated().reduce(0) { $0 + $1.element * Double($1.offset + 1) / count }
                    #expect(abs(norm - expected[1]) < 1e-3 * max(expected[1], 0.1), "\(name)")
                    #expect(abs(weighted - expected[0]) < 1e-3 * max(expected[1], 0.1) * count.squareRoot(), "\(name)")
                }
            }
        }
    }

    @Test("a teacher of other rows, classes or tasks, and numbers that are none, are refused, all at once")
    func refusals() throws {
        let examples = try TrainingGolden.read().encoded
        var logits = Array(repeating: [Float](repeating: 0, count: 2), count: 3)
        logits[1] = [.nan, 1]
        let refused = try #require(throws: TrainingError.self) {
            try Trainer(
                model: try tunedTinyBERT("lora", dropout: 0), configuration: TrainingGolden.configuration,
                training: examples, distillation: Distillation(logits: logits, temperature: 0, weight: 2))
        }
        #expect(
            refused.problems == [
                "there are 20 training examples, and the teacher's logits of 3",
                "the teacher gives 2 logits a row; there are 3 classes",
                "the teacher's logits of training example 2 are not all numbers",
                "distillation_temperature is 0.0, expected more than 0",
                "distillation_weight is 2.0, expected from 0 to 1",
            ])
        let tags = Distillation(logits: []).problems(
            for: TaskLoss(task: .tokenClassification), examples: 0, classes: 2)
        #expect(tags == ["a teacher's logits are for rows of which each has one class"])
    }

    @Test("what a teacher says is part of a checkpoint's fingerprint, and without one it is what it was")
    func fingerprint() throws {
        let examples = try TrainingGolden.read().encoded
        func make(_ distillation: Distillation?) throws -> String {
            try TrainingFingerprint.make(
                TrainingGolden.configuration, training: examples, validation: [], distillation: distillation,
                dependsOnLength: false)
        }
        let one = Distillation(logits: [[1, 2]])
        var prints: Set<String> = []
        prints.insert(try make(nil))
        prints.insert(try make(one))
        prints.insert(try make(Distillation(logits: [[1, 3]])))
        prints.insert(try make(Distillation(logits: [[1, 2]], temperature: 3)))
        prints.insert(try make(Distillation(logits: [[1, 2]], weight: 0.75)))
        #expect(prints.count == 5)
        #expect(try make(one) == make(one))
    }
}
