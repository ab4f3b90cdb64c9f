import Foundation
import Models
import PEFT
import TestSupport
import Tensors
import Testing
import Training

/// Dropout is on, and its draws belong to the process: each test runs in one of its own.
@Suite("Training on a base model in few bits")
struct QuantizedBaseTests {
    private static let methods = ["ia3", "prefix-tuning", "lora", "dora", "bitfit", "prompt-tuning", "adalora", "vera"]

    /// - Parameter isDense: in the place of the weights in few bits, the numbers that they stand for.
    private static func train(
        _ name: String, _ quantization: Quantization, isDense: Bool = false, recomputes: Bool = false,
        checkpoint: String? = nil, stopsAt stop: Int? = nil
    ) throws -> (losses: [Double], model: any TunedModel) {
        let model = try tunedTinyBERT(name, dropout: 0.1, quantization: quantization) { model in
            guard isDense else { return }
            for layer in model.linears { layer.weight.value = try layer.weight.dense() }
        }
        let losses = try TrainingGolden.train(model, recomputes: recomputes, checkpoint: checkpoint, stopsAt: stop)
        return (losses, model)
    }

    @Test("learns what it would on the numbers that it stands for", arguments: [Quantization.int8, .nf4])
    func numbers(_ quantization: Quantization) async {
        await #expect(processExitsWith: .success) { [quantization] in
            for name in QuantizedBaseTests.methods {
                let (losses, model) = try QuantizedBaseTests.train(name, quantization)
                #expect(model.base.quantization == quantization)
                let dense = try QuantizedBaseTests.train(name, quantization, isDense: true)
                #expect(dense.model.base.quantization == nil)
                guard name == "prefix-tuning" else {
                    #expect(losses == dense.losses, "\(name)")
                    #expect(try model.trainedValues() == dense.model.trainedValues(), "\(name)")
                    continue
                }
                // Gradients of the first layer's input alone: LibTorch may take such a product the other way round.
                for (loss, other) in zip(losses, dense.losses) { #expect(abs(loss - other) < 1e-5, "\(name)") }
            }
        }
    }

    @Test("gives the same bytes again with layers computed twice, and after a stop")
    func bytes() async {
        await #expect(processExitsWith: .success) {
            for name in QuantizedBaseTests.methods {
                let whole = try QuantizedBaseTests.train(name, .nf4).model.trainedValues()
                let recomputed = try QuantizedBaseTests.train(name, .nf4, recomputes: true).model.trainedValues()
                #expect(recomputed == whole, "\(name)")
                try withTemporaryFolder { folder in
                    let path = folder.appending(path: "checkpoint.safetensors").path
                    #expect(throws: TrainingStopped(step: 3)) {
                        _ = try QuantizedBaseTests.train(name, .nf4, checkpoint: path, stopsAt: 3)
                    }
                    let resumed = try QuantizedBaseTests.train(name, .nf4, checkpoint: path).model.trainedValues()
                    #expect(resumed == whole, "\(name)")
                }
            }
        }
    }
}
