import Foundation
import PEFT
import Tensors
import TestSupport
import Testing
import Training

/// Dropout is on, and its draws belong to the process: each test runs in one of its own.
@Suite("Training that was stopped")
struct ResumeTests {
    @Test("goes on bit for bit with every method")
    func everyMethod() async {
        await #expect(processExitsWith: .success) {
            for name in ["full"] + newMethods.keys.sorted() + TrainingGolden.adapters {
                let whole = try Run(name)
                try whole.finish()
                for stop in [1, 3, 4, 7] {
                    try withTemporaryFolder { folder in
                        let path = folder.appending(path: "checkpoint.safetensors").path
                        #expect(throws: TrainingStopped(step: stop)) {
                            try Run(name).finish(checkpointPath: path, stopAtStep: stop)
                        }
                        let resumed = try Run(name)
                        try resumed.finish(checkpointPath: path)
                        #expect(resumed.result?.resumedFrom == stop)
                        try resumed.expectEqual(whole, "\(name) stopped at \(stop)")
                    }
                }
            }
        }
    }

    @Test("goes on bit for bit with every setting")
    func everySetting() async {
        await #expect(processExitsWith: .success) {
            var changes = SettingsTests.changes
            changes["average"] = { $0.averagedEpochs = 2 }
            changes["early stopping"] = { $0.earlyStopping = EarlyStopping(patience: 1, threshold: 1) }
            for (name, change) in changes {
                let whole = try Run("lora", change: change)
                try whole.finish()
                for stop in [2, 4, 5] where stop < whole.result?.steps ?? 0 {
                    try withTemporaryFolder { folder in
                        let path = folder.appending(path: "checkpoint.safetensors").path
                        #expect(throws: TrainingStopped(step: stop)) {
                            try Run("lora", change: change).finish(checkpointPath: path, stopAtStep: stop)
                        }
                        let resumed = try Run("lora", change: change)
                        try resumed.finish(checkpointPath: path)
                        #expect(resumed.result?.resumedFrom == stop)
                        #expect(resumed.result?.average == whole.result?.average)
                        try resumed.expectEqual(whole, "\(name) stopped at \(stop)")
                    }
                }
            }
        }
    }

    @Test("in the middle of an evaluation evaluates again and goes on bit for bit")
    func duringEvaluation() async {
        await #expect(processExitsWith: .success) {
            let whole = try Run("lora")
            try whole.finish()
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "checkpoint.safetensors").path
                // Asked once before each of four steps, then before each batch of the evaluation.
                var questions = 0
                #expect(throws: TrainingStopped(step: 4)) {
                    try Run("lora").finish(checkpointPath: path) {
                        questions += 1
                        return questions == 6
                    }
                }
                let resumed = try Run("lora")
                try resumed.finish(checkpointPath: path)
                try resumed.expectEqual(whole, "stopped while evaluating")
            }
        }
    }

    @Test("by a kill goes on from the last checkpoint, bit for bit")
    func kill() async {
        await #expect(processExitsWith: .success) {
            let whole = try Run("lora")
            try whole.finish()
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "checkpoint.safetensors").path
                let kept = folder.appending(path: "kept.safetensors").path
                let killed = try Run("lora", checkpointInterval: 3)
                try killed.finish(checkpointPath: path) {
                    if !FileManager.default.fileExists(atPath: kept) {
                        try? FileManager.default.copyItem(atPath: path, toPath: kept)
                    }
                    return false
                }
                try killed.expectEqual(whole, "writing checkpoints")
                let resumed = try Run("lora")
                try resumed.finish(checkpointPath: kept)
                #expect(resumed.result?.resumedFrom == 3)
                try resumed.expectEqual(whole, "resumed after a kill")
            }
        }
    }

    @Test("doesn't go on from the checkpoint of another training, or from another file")
    func otherTraining() async {
        await #expect(processExitsWith: .success) {
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "checkpoint.safetensors").path
                #expect(throws: TrainingStopped.self) {
                    try Run("lora").finish(checkpointPath: path, stopAtStep: 2)
                }
                let other = try #require(throws: TrainingError.self) {
                    try Run("lora", learningRate: 0.01).finish(checkpointPath: path)
                }
                #expect(other.problems.first?.contains("other parameters or examples") == true)
                #expect(other.help == "remove it to train from the start")

                try Safetensors.write(["x": try Tensor.zeros([1])], to: path)
                let foreign = try #require(throws: TrainingError.self) {
                    try Run("lora").finish(checkpointPath: path)
                }
                #expect(foreign.problems.first?.contains("is no checkpoint of this version") == true)
            }
        }
    }
}

/// A training of 8 steps in 2 epochs with dropout, validated on its own examples.
private final class Run {
    let model: any TunedModel
    private let trainer: Trainer
    private(set) var result: TrainingResult?

    init(
        _ name: String, checkpointInterval: Int? = nil, learningRate: Double = 0.02,
        change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws {
        let examples = try TrainingGolden.read().encoded
        var configuration = TrainingGolden.configuration
        configuration.checkpointInterval = checkpointInterval
        configuration.learningRate = learningRate
        configuration.evaluationBatchSize = 8
        change(&configuration)
        model = try tunedTinyBERT(name, dropout: 0.1)
        trainer = try Trainer(model: model, configuration: configuration, training: examples, validation: examples)
    }

    func finish(checkpointPath: String? = nil, shouldStop: () -> Bool = { false }) throws {
        result = try trainer.run(checkpointPath: checkpointPath, shouldStop: shouldStop)
    }

    func finish(checkpointPath: String, stopAtStep stop: Int) throws {
        var step = 0
        result = try trainer.run(
            checkpointPath: checkpointPath, progress: { step = $0.step }, shouldStop: { step == stop })
    }

    func expectEqual(_ other: Run, _ comment: Comment) throws {
        #expect(result?.losses == other.result?.losses, comment)
        #expect(result?.evaluations == other.result?.evaluations, comment)
        #expect(result?.bestEpoch == other.result?.bestEpoch, comment)
        let values = try model.trainedValues()
        #expect(try other.model.trainedValues() == values, comment)
    }
}
