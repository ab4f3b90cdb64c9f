import Models
package import Tensors

/// What a model's logits of a batch are made of: logits over a vocabulary are too large to be had all at once.
package struct Readout {
    /// (batch, length, d), or (batch, d) where a row has one place.
    package let states: Tensor
    private let model: any TransformerModel
    private let mode: ForwardMode

    init(states: Tensor, model: any TransformerModel, mode: ForwardMode) {
        self.states = states
        self.model = model
        self.mode = mode
    }

    /// How many logits a place has.
    package var outputSize: Int {
        model.task.tellsTokens ? model.dimensions.vocabularySize : model.labels.count
    }

    /// The logits (rows, outputs) of some of the states, (rows, d).
    package func logits(of states: Tensor) throws -> Tensor {
        try model.logits(of: states, mode: mode)
    }
}
