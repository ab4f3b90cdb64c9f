package import Tensors

/// The non-linearities of feed-forward layers, by their names in config.json.
package enum Activation: String, CaseIterable, Sendable {
    case gelu
    /// GELU by its tanh approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    case geluNew = "gelu_new"
    /// The same function as `gelu_new` under its name in PyTorch.
    case geluTanh = "gelu_pytorch_tanh"
    case relu

    package func callAsFunction(_ input: Tensor) throws -> Tensor {
        switch self {
        case .gelu: try input.gelu(approximation: .none)
        case .geluNew, .geluTanh: try input.gelu(approximation: .tanh)
        case .relu: try input.relu()
        }
    }
}
