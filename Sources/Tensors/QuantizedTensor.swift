import CTorch

/// A frozen matrix in few bits, which becomes numbers for one product at a time.
///
/// ```swift
/// let weight = try QuantizedTensor(matrix, as: .nf4)
/// let output = try NN.linear(input, weight: weight)
/// ```
///
/// Codes, magnitudes and their order are those of bitsandbytes.
package final class QuantizedTensor {
    package let quantization: Quantization
    /// (rows, columns)
    package let shape: [Int]
    /// What is kept: codes and the magnitude of each row; or, for NormalFloat, codes, two a byte, the code of each
    /// block's magnitude, the range of each 256 of these, and the mean that was taken off them.
    package let parts: [Tensor]
    private let library: TorchLibrary

    /// - Parameter matrix: (rows, columns) of finite numbers, on the CPU.
    /// - Throws: ``TorchError`` for what is no such matrix.
    package init(_ matrix: Tensor, as quantization: Quantization) throws {
        library = matrix.library
        self.quantization = quantization
        shape = matrix.shape
        var handles = [OpaquePointer?](repeating: nil, count: Int(CT_QUANTIZED_PARTS))
        var count = 0
        try library.run { $0.quantize(matrix.handle, quantization.code, &handles, &count) }
        parts = handles.prefix(count).compactMap { $0 }.map { [library] in Tensor(handle: $0, library: library) }
    }

    /// The bytes that the matrix takes.
    package var byteCount: Int { parts.reduce(0) { $0 + $1.count * $1.dtype.byteCount } }

    /// The numbers that the codes stand for, (rows, columns), in float32 or bfloat16.
    package func dequantized(as dtype: DType = .float32) throws -> Tensor {
        try withHandle { weight in try library.tensor { $0.dequantize(weight, dtype.code) } }
    }

    /// Lends the matrix as the C interface has it.
    func withHandle<Result>(_ body: (UnsafePointer<ct_quantized>) throws -> Result) throws -> Result {
        try parts.withHandles { handles in
            try handles.withUnsafeBufferPointer { handles in
                guard let start = handles.baseAddress else { throw library.failure("withHandle(_:)") }
                var weight = ct_quantized(
                    kind: quantization.code, rows: shape[0], columns: shape[1], parts: start,
                    part_count: handles.count)
                return try withUnsafePointer(to: &weight, body)
            }
        }
    }
}

extension NN {
    /// ``linear(_:weight:bias:)`` with a weight (out, in) in few bits: gradients are taken of x and of the bias.
    package static func linear(_ x: Tensor, weight: QuantizedTensor, bias: Tensor? = nil) throws -> Tensor {
        try weight.withHandle { weight in
            try x.library.tensor { $0.quantized_linear(x.handle, weight, bias?.handle) }
        }
    }

    /// ``lowRankLinear(_:weight:bias:a:b:scale:)`` with a weight (out, in) in few bits.
    package static func lowRankLinear(
        _ x: Tensor, weight: QuantizedTensor, bias: Tensor? = nil, a: Tensor, b: Tensor, scale: Double
    ) throws -> Tensor {
        try weight.withHandle { weight in
            try x.library.tensor {
                $0.quantized_low_rank_linear(x.handle, weight, bias?.handle, a.handle, b.handle, scale)
            }
        }
    }
}

extension Quantization {
    fileprivate var code: ct_quantization {
        switch self {
        case .int8: ct_quantization(CT_QUANTIZATION_INT8)
        case .nf4: ct_quantization(CT_QUANTIZATION_NF4)
        }
    }
}
