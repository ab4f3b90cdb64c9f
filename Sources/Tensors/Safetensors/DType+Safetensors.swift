extension DType {
    /// The name of this type in a file of tensors.
    package var safetensorsName: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .float64: "F64"
        case .int64: "I64"
        case .int32: "I32"
        case .int16: "I16"
        case .int8: "I8"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }

    package init?(safetensorsName name: String) {
        guard let dtype = Self.allCases.first(where: { $0.safetensorsName == name }) else { return nil }
        self = dtype
    }

    /// Where tensors of this type stand in a file that the reference library writes, from the front: wide types
    /// first, so that each tensor is aligned to its type.
    var safetensorsOrder: Int {
        switch self {
        case .int64: 0
        case .float64: 1
        case .float32: 2
        case .int32: 3
        case .bfloat16: 4
        case .float16: 5
        case .int16: 6
        case .int8: 7
        case .uint8: 8
        case .bool: 9
        }
    }
}
