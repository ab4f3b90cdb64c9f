import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

/// Dropout is on, and its draws belong to the process: each test runs in one of its own.
@Suite("Training on a base model in bfloat16")
struct BFloat16Tests {
    /// Methods that leave the base model's own weights as they are.
    private static let methods = ["ia3", "prefix-tuning", "lora", "prompt-tuning", "p-tuning-mlp", "adalora", "vera"]

    private static func train(
        _ name: String, dtype: DType = .bfloat16, dropout: Double = 0.1, recomputes: Bool = false,
        checkpoint: String? = nil, stopsAt stop: Int? = nil
    ) throws -> (losses: [Double], model: any TunedModel) {
        let model = try tunedTinyBERT(name, dropout: dropout, dtype: dtype)
        let losses = try TrainingGolden.train(model, recomputes: recomputes, checkpoint: checkpoint, stopsAt: stop)
        return (losses, model)
    }

    @Test("keeps what is trained in float32, and learns as in float32")
    func precision() async {
        await #expect(processExitsWith: .success) {
            for name in BFloat16Tests.methods {
                let (losses, model) = try BFloat16Tests.train(name, dropout: 0)
                #expect(model.base.wordEmbeddings.weight.value.dtype == .bfloat16)
                for parameter in model.trainableParameters {
                    #expect(parameter.value.dtype == .float32, "\(parameter.name)")
                    #expect(try parameter.value.isFinite(), "\(parameter.name)")
                }
                let expected = try BFloat16Tests.train(name, dtype: .float32, dropout: 0).losses
                for (loss, expected) in zip(losses, expected) { #expect(abs(loss - expected) < 0.05, "\(name)") }
            }
        }
    }

    @Test("gives the same bytes again, and after a stop")
    func bytes() async {
        await #expect(processExitsWith: .success) {
            for name in BFloat16Tests.methods {
                let whole = try BFloat16Tests.train(name).model.trainedValues()
                let recomputed = try BFloat16Tests.train(name, recomputes: true).model.trainedValues()
                #expect(recomputed == whole, "\(name)")
                try withTemporaryFolder { folder in
                    let path = folder.appending(path: "checkpoint.safetensors").path
                    #expect(throws: TrainingStopped(step: 3)) {
                        _ = try BFloat16Tests.train(name, checkpoint: path, stopsAt: 3)
                    }
                    let resumed = try BFloat16Tests.train(name, checkpoint: path).model.trainedValues()
                    #expect(resumed == whole, "\(name)")
                }
            }
        }
    }
}
