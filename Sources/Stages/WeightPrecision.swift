import StageInterface
import Tensors

/// How many bits the frozen weights of a base model's layers are kept in.
enum WeightPrecision: String, CaseIterable, Sendable {
    case unchanged = "none"
    case int8, nf4

    static let parameter = Parameter<WeightPrecision>.choice(
        "quantization", default: .unchanged,
        help:
            "Keep the weights of the base model's layers in 8 bits (int8, as LLM.int8) or 4 (nf4, as QLoRA), each numbers "
            + "for one product at a time; embeddings and the head stay as they are."
    ).withoutKeyAtDefault

    var quantization: Quantization? {
        switch self {
        case .unchanged: nil
        case .int8: .int8
        case .nf4: .nf4
        }
    }
}
