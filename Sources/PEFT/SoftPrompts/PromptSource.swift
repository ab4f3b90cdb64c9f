import Models
import Tensors

/// Where the vectors of a soft prompt come from.
protocol PromptSource: AnyObject {
    var parameters: [Parameter] { get }
    /// (V, d)
    func vectors(mode: ForwardMode) throws -> Tensor
}

/// Vectors that are parameters themselves.
final class PromptEmbedding: PromptSource {
    private let weight: Parameter

    /// - Parameter vectors: (V, d)
    init(_ vectors: Tensor, isTrainable: Bool) throws {
        weight = Parameter(name: "prompt_encoder.embedding.weight", role: .embedding, value: vectors)
        try weight.setTrainable(isTrainable)
    }

    var parameters: [Parameter] { [weight] }

    func vectors(mode: ForwardMode) throws -> Tensor { weight.value }
}
