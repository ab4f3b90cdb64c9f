import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

/// Dropout is on, and its draws belong to the process: each test runs in one of its own.
@Suite("Layers that are computed again for gradients")
struct RecomputationTests {
    @Test("give the same training, bit for bit, with every method, on one thread and on two")
    func everyMethod() async {
        await #expect(processExitsWith: .success) {
            for threads in 1...2 {
                try LibTorch.setThreadCount(threads)
                let examples = try TrainingGolden.read().encoded
                for name in ["full"] + newMethods.keys.sorted() + TrainingGolden.adapters {
                    func train(recomputes: Bool) throws -> (losses: [Double], values: [[Float]]) {
                        let model = try tunedTinyBERT(name, dropout: 0.2)
                        var configuration = TrainingGolden.configuration
                        configuration.recomputesLayers = recomputes
                        let result = try Trainer(
                            model: model, configuration: configuration, training: examples, validation: examples
                        ).run()
                        return (result.losses, try model.trainedValues())
                    }
                    let kept = try train(recomputes: false)
                    let recomputed = try train(recomputes: true)
                    #expect(recomputed.losses == kept.losses, "\(name)")
                    #expect(recomputed.values == kept.values, "\(name)")
                }
            }
        }
    }

    @Test("give the same gradients, bit for bit, where tokens are told")
    func tokens() async {
        await #expect(processExitsWith: .success) {
            let golden = try TokenLossGolden.read()
            for example in golden.cases {
                func gradients(recomputes: Bool) throws -> [[Float]] {
                    let tuned = try example.tuned(dropout: true)
                    tuned.base.recomputesLayers = recomputes
                    try RandomState.seed(5)
                    return try TaskLoss(tuned.base).gradients(
                        tuned, try golden.input(example), targets: try example.targetTensor(), mode: .training,
                        by: tuned.trainableParameters.map(\.value), dividedBy: 7
                    ).gradients.map { try $0?.floats() ?? [] }
                }
                let kept = try gradients(recomputes: false)
                #expect(kept.contains { $0.contains { $0 != 0 } })
                #expect(try gradients(recomputes: true) == kept, "\(example.name)")
            }
        }
    }

    @Test("go on where others stopped")
    func resume() async {
        await #expect(processExitsWith: .success) {
            let examples = try TrainingGolden.read().encoded
            func train(recomputes: Bool, checkpoint: String?, stopsAt stop: Int? = nil) throws -> [[Float]] {
                let model = try tunedTinyBERT("lora", dropout: 0.2)
                var configuration = TrainingGolden.configuration
                configuration.recomputesLayers = recomputes
                var step = 0
                let trainer = try Trainer(model: model, configuration: configuration, training: examples)
                _ = try trainer.run(
                    checkpointPath: checkpoint, progress: { step = $0.step }, shouldStop: { step == stop })
                return try model.trainedValues()
            }
            let whole = try train(recomputes: false, checkpoint: nil)
            try withTemporaryFolder { folder in
                let path = folder.appending(path: "checkpoint.safetensors").path
                #expect(throws: TrainingStopped(step: 3)) {
                    try train(recomputes: true, checkpoint: path, stopsAt: 3)
                }
                let resumed = try train(recomputes: false, checkpoint: path)
                #expect(resumed == whole)
            }
        }
    }
}
