import StageInterface
import Tensors

/// The type that a base model's frozen weights are kept, and its hidden states computed, in.
enum ModelPrecision: String, CaseIterable, Sendable {
    case float32, bfloat16

    static let parameter = Parameter<ModelPrecision>.choice(
        "dtype", default: .float32,
        help: "The type of the base model's weights and hidden states. With bfloat16, adapters, the head, sums and the "
            + "loss stay in float32."
    ).withoutKeyAtDefault

    var dtype: DType {
        switch self {
        case .float32: .float32
        case .bfloat16: .bfloat16
        }
    }
}
