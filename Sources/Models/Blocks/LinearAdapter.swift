package import Tensors

/// Something that changes what a linear layer computes, such as LoRA. Models know no more of adapters than this.
package protocol LinearAdapter: AnyObject {
    /// The output (…, outputs) of the adapted layer for an input (…, inputs).
    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor
}

/// Something that changes the vectors of a table.
package protocol EmbeddingAdapter: AnyObject {
    /// The vectors (…, width) of ids (…).
    func output(of ids: Tensor, through table: Embedding) throws -> Tensor
}
