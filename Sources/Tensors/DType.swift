import CTorch

/// The type of a tensor's elements.
package enum DType: String, CaseIterable, Sendable {
    case float32, float16, bfloat16, float64
    case int64, int32, int16, int8, uint8
    case bool

    /// Bytes of one element.
    package var byteCount: Int {
        switch self {
        case .float64, .int64: 8
        case .float32, .int32: 4
        case .float16, .bfloat16, .int16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    /// Bytes of a tensor of this type; nil where a size is negative or 64 bits can't count them.
    func byteCount(of shape: [Int]) -> Int? {
        var count = byteCount
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            if overflow || size < 0 { return nil }
            count = product
        }
        return count
    }

    /// Whether elements are fractions, so that gradients can be taken.
    package var isFloatingPoint: Bool {
        switch self {
        case .float32, .float16, .bfloat16, .float64: true
        case .int64, .int32, .int16, .int8, .uint8, .bool: false
        }
    }

    /// The number that the C interface has for this type.
    var code: ct_dtype {
        switch self {
        case .float32: ct_dtype(CT_FLOAT32)
        case .float16: ct_dtype(CT_FLOAT16)
        case .bfloat16: ct_dtype(CT_BFLOAT16)
        case .float64: ct_dtype(CT_FLOAT64)
        case .int64: ct_dtype(CT_INT64)
        case .int32: ct_dtype(CT_INT32)
        case .int16: ct_dtype(CT_INT16)
        case .int8: ct_dtype(CT_INT8)
        case .uint8: ct_dtype(CT_UINT8)
        case .bool: ct_dtype(CT_BOOL)
        }
    }

    init?(code: ct_dtype) {
        guard let dtype = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = dtype
    }
}
