package import Models

/// An adapter's folder while it is read.
package struct AdapterSource {
    package let folder: String
    package let header: AdapterHeader
    /// The tensors of `adapter_model.safetensors`, of which account is kept.
    package let tensors: WeightReader
    /// Whether the adapter is trained further.
    package let isTrainable: Bool
}
