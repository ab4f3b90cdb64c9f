import Models
package import PEFT
package import Tensors

/// The layers below all that a method changes: what they make of an example is the same in every epoch.
package struct FrozenLayers {
    private let model: any TunedModel
    /// How many layers these are, the embeddings not counted.
    package let count: Int

    /// The width d of what they give.
    package var width: Int { model.base.dimensions.hiddenSize }

    package init(of model: any TunedModel) {
        self.model = model
        count = model.frozenLayerCount
    }

    /// Computes what the layers make of examples, without dropout, in batches of similar length.
    ///
    /// - Parameters:
    ///   - shouldStop: asked before each batch.
    ///   - body: takes an example's place in the list and its hidden states, (length, d).
    /// - Throws: ``TrainingError`` for examples that the model can't read; ``TrainingStopped`` if asked to stop.
    package func states(
        of examples: [EncodedExample], batchSize: Int, shouldStop: () -> Bool = { false },
        _ body: (_ example: Int, _ states: Tensor) throws -> Void
    ) throws {
        guard !examples.isEmpty else { return }
        try ExampleCheck(model)(examples, "given", needsTargets: false)
        let order = examples.longestFirst
        for start in stride(from: 0, to: order.count, by: batchSize) {
            if shouldStop() { throw TrainingStopped(step: start) }
            let indices = order[start..<min(start + batchSize, order.count)]
            try withoutGradients {
                let batch = try ExampleBatch(indices.map { examples[$0] }, for: model.base)
                let states = try model.base.states(for: batch.input, inFrontOf: count)
                for (row, index) in indices.enumerated() {
                    try body(
                        index,
                        try states.selected(dim: 0, index: row)
                            .narrowed(dim: 0, start: 0, length: examples[index].ids.count))
                }
            }
        }
    }
}
