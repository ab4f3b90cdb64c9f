package import Tensors

/// Something that changes what a linear layer computes, such as LoRA. Models know no more of adapters than this.
package protocol LinearAdapter: AnyObject {
    /// The output (…, outputs) of the adapted layer for an input (…, inputs).
    func output(of input: Tensor, through layer: Linear, mode: ForwardMode) throws -> Tensor
}
