import Models
package import PEFT
import Tensors

/// Computes the scores of many examples, without gradients, in batches of similar length.
package struct Predictor {
    package let model: any TunedModel
    package let batchSize: Int

    package init(model: any TunedModel, batchSize: Int = 64) {
        self.model = model
        self.batchSize = batchSize
    }

    /// The classes' scores before softmax, for each example, in the examples' order.
    ///
    /// - Parameters:
    ///   - progress: called after each batch with the examples done.
    ///   - shouldStop: asked before each batch.
    /// - Throws: ``TrainingError`` for examples that the model can't read; ``TrainingStopped`` if asked to stop.
    package func logits(
        for examples: [EncodedExample], progress: (_ done: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [[Float]] {
        guard !examples.isEmpty else { return [] }
        try ExampleCheck(model)(examples, "given", needsLabels: false)
        let order = examples.indices.sorted { (examples[$0].ids.count, $0) > (examples[$1].ids.count, $1) }
        let device = model.base.device
        let labelCount = model.base.labels.count
        var results = Array(repeating: [Float](), count: examples.count)
        for start in stride(from: 0, to: order.count, by: batchSize) {
            if shouldStop() { throw TrainingStopped(step: start) }
            let indices = order[start..<min(start + batchSize, order.count)]
            let values = try withoutGradients {
                let batch = try ExampleBatch(
                    indices.map { examples[$0] }, paddingID: model.base.paddingID, device: device)
                return try model.logits(for: batch.input, mode: .inference).floats()
            }
            for (row, index) in indices.enumerated() {
                results[index] = Array(values[row * labelCount..<(row + 1) * labelCount])
            }
            progress(start + indices.count)
        }
        return results
    }
}
