package import Tensors

/// The non-linearities of feed-forward layers and heads, by their names in config.json.
package enum Activation: String, CaseIterable, Sendable {
    case gelu
    /// GELU by its tanh approximation (Hendrycks and Gimpel 2016, arXiv:1606.08415).
    case geluNew = "gelu_new"
    /// The same function as `gelu_new` under its name in PyTorch.
    case geluTanh = "gelu_pytorch_tanh"
    /// The same with its constant cut to seven digits, as GPT-NeoX was trained.
    case geluFast = "gelu_fast"
    case relu
    case silu
    /// Another name of `silu`.
    case swish
    case tanh

    package func callAsFunction(_ input: Tensor) throws -> Tensor {
        switch self {
        case .gelu: try input.gelu(approximation: .none)
        case .geluNew, .geluTanh, .geluFast: try input.gelu(approximation: .tanh)
        case .relu: try input.relu()
        case .silu, .swish: try input.silu()
        case .tanh: try input.tanh()
        }
    }
}
