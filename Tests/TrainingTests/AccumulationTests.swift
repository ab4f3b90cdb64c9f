import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite("Gradient accumulation")
struct AccumulationTests {
    @Test("gives the gradients of one large batch, however it is cut")
    func sameGradients() throws {
        let whole = try firstMoments(batchSize: 16, accumulation: 1)
        for (batchSize, accumulation) in [(8, 2), (4, 4), (1, 16)] {
            let parts = try firstMoments(batchSize: batchSize, accumulation: accumulation)
            #expect(parts.keys == whole.keys)
            for (name, values) in whole {
                let scale = values.map(abs).max() ?? 0
                let other = try #require(parts[name])
                for (value, other) in zip(values, other) { #expect(abs(value - other) <= 1e-5 * scale + 1e-9) }
            }
        }
    }

    /// The optimizer's first moments after one step, which are a tenth of the gradients, from a checkpoint.
    private func firstMoments(batchSize: Int, accumulation: Int) throws -> [String: [Float]] {
        var configuration = TrainingConfiguration()
        configuration.batchSize = batchSize
        configuration.gradientAccumulationSteps = accumulation
        let trainer = try Trainer(
            model: try tunedTinyBERT("lora", dropout: 0), configuration: configuration,
            training: try TrainingGolden.read().encoded)
        return try withTemporaryFolder { folder in
            let path = folder.appending(path: "checkpoint.safetensors").path
            var step = 0
            #expect(throws: TrainingStopped(step: 1)) {
                try trainer.run(checkpointPath: path, progress: { step = $0.step }, shouldStop: { step == 1 })
            }
            let file = try SafetensorsFile(path)
            var moments: [String: [Float]] = [:]
            for name in file.names where name.hasPrefix("first_moment/") {
                moments[name] = try file.tensor(name).floats()
            }
            return moments
        }
    }
}
