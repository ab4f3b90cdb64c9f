import Foundation
import JSONValues
import TestSupport
import Tensors
import Testing

/// Matrices in few bits against bitsandbytes, and what is computed with them against LibTorch's functions.
@Suite("Matrices in few bits")
struct QuantizationTests {
    private struct Golden: Decodable {
        struct Quantized: Decodable {
            /// Bytes in hexadecimal.
            let parts: [String]
            let dequantized: String
        }

        let weights: HashedWeights
        let int8: Quantized
        let nf4: Quantized

        static func read() throws -> [Golden] {
            let url = URL(filePath: "\(Goldens.folder)/quantization.json")
            return try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
        }

        subscript(_ quantization: Quantization) -> Quantized { quantization == .int8 ? int8 : nf4 }
    }

    /// The matrix of the script that made the golden file.
    private static func matrix(_ weights: HashedWeights, index: Int) throws -> Tensor {
        let values = try weights.tensor(index: index).floats().map { value in
            let x = value * 10
            return x * x * x * x * x
        }
        return try Tensor(values, shape: weights.shape)
    }

    private static func digest(_ tensor: Tensor) throws -> String {
        try tensor.withBytes { bytes in
            let value = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
            return String(format: "%016lx", value)
        }
    }

    @Test(
        "have bitsandbytes' codes and scales, and stand for its numbers, to the bit", arguments: Quantization.allCases)
    func golden(_ quantization: Quantization) throws {
        for (index, golden) in try Golden.read().enumerated() {
            let matrix = try Self.matrix(golden.weights, index: index)
            let quantized = try QuantizedTensor(matrix, as: quantization)
            let parts = try quantized.parts.map { try $0.withBytes { $0.map { String(format: "%02x", $0) }.joined() } }
            #expect(parts == golden[quantization].parts, "\(golden.weights.name)")
            #expect(quantized.byteCount == parts.reduce(0) { $0 + $1.count } / 2)
            let numbers = try quantized.dequantized()
            #expect(numbers.shape == golden.weights.shape)
            #expect(try Self.digest(numbers) == golden[quantization].dequantized, "\(golden.weights.name)")
        }
    }

    @Test("of 4 bits take an eighth of float32 and 127 bits for 64 weights; of 8, a quarter and 32 bits a row")
    func size() throws {
        let matrix = try Tensor.ramp([256, 384])
        #expect(try QuantizedTensor(matrix, as: .nf4).byteCount == 256 * 384 / 2 + 1536 + 6 * 4 + 4)
        #expect(try QuantizedTensor(matrix, as: .int8).byteCount == 256 * 384 + 256 * 4)
    }

    @Test("are as near as their codes lie", arguments: Quantization.allCases)
    func error(_ quantization: Quantization) throws {
        let matrix = try Tensor.normal([64, 192], standardDeviation: 0.04, generator: try RandomGenerator(seed: 1))
        let numbers = try QuantizedTensor(matrix, as: quantization).dequantized()
        let difference = try numbers - matrix
        let share = try (difference * difference).sum().item() / (matrix * matrix).sum().item()
        // 4 bits keep a normal number to about 9.5 %, 8 bits of the largest of 192 to about 0.7 %.
        let expected = quantization == .nf4 ? 0.08...0.11 : 0.004...0.01
        #expect(expected.contains(share.squareRoot()), "\(share.squareRoot())")
    }

    @Test("of zeros, of numbers that hardly are any, and of none are what they were", arguments: Quantization.allCases)
    func zeros(_ quantization: Quantization) throws {
        let zeros = try QuantizedTensor(Tensor.zeros([3, 70]), as: quantization).dequantized()
        #expect(try zeros.maxAbs() < 1e-37)
        var values = [Float](repeating: 0, count: 256)
        values[3] = .leastNonzeroMagnitude
        values[130] = 1e-30
        let small = try QuantizedTensor(Tensor(values, shape: [2, 128]), as: quantization).dequantized()
        #expect(try small.isFinite())
        #expect(try small.maxAbs() < 1e-29)
        #expect(try QuantizedTensor(Tensor.zeros([0, 4]), as: quantization).dequantized().shape == [0, 4])
    }

    @Test("are matrices on the CPU")
    func refusals() throws {
        #expect(throws: TorchError.self) { try QuantizedTensor(Tensor.zeros([4]), as: .nf4) }
        let quantized = try QuantizedTensor(Tensor.ramp([4, 8]), as: .int8)
        #expect(throws: TorchError.self) { try quantized.dequantized(as: .int64) }
        #expect(throws: TorchError.self) { try NN.linear(Tensor.ramp([2, 9]), weight: quantized) }
    }

    // MARK: - Products

    /// What a function gives of x and others, and the gradient of each.
    private static func run(_ inputs: [Tensor], _ function: ([Tensor]) throws -> Tensor) throws -> [[Float]] {
        let leaves = try inputs.map { try $0.copy() }
        for leaf in leaves { try leaf.setRequiresGradient(true) }
        let output = try function(leaves)
        try (output.to(.float32) * Tensor.ramp(output.shape, scale: 0.7, shift: 0.2)).sum().backward()
        return [try output.floats()] + (try leaves.map { try #require(try $0.gradient()).floats() })
    }

    @Test(
        "give what their numbers give, and its gradients, to the bit", arguments: Quantization.allCases,
        [DType.float32, .bfloat16])
    func products(_ quantization: Quantization, _ dtype: DType) throws {
        let weight = try QuantizedTensor(Tensor.ramp([40, 72], scale: 0.1), as: quantization)
        let x = try Tensor.ramp([2, 5, 72], scale: 0.3, shift: 0.1).to(dtype)
        let bias = try Tensor.ramp([40], scale: 0.2).to(dtype)
        let plain = try Self.run([x, bias]) { try NN.linear($0[0], weight: weight, bias: $0[1]) }
        // The product in bfloat16 is one in float32, rounded, where the processor has no other.
        let numbers = try weight.dequantized(as: .float32)
        let expected = try Self.run([x, bias]) { inputs in
            try NN.linear(inputs[0].to(.float32), weight: numbers, bias: inputs[1].to(.float32)).to(dtype)
        }
        let isExact = dtype == .float32
        for (ours, expected) in zip(plain, expected) {
            if isExact { #expect(ours == expected) } else { expectNear(ours, expected, tolerance: 2e-2) }
        }
        let a = try Tensor.ramp([4, 72], scale: 0.2), b = try Tensor.ramp([40, 4], scale: 0.4)
        let rounded = try weight.dequantized(as: dtype)
        let low = try Self.run([x, a, b]) { inputs in
            try NN.lowRankLinear(
                inputs[0], weight: weight, bias: bias, a: inputs[1], b: inputs[2], scale: 1.5)
        }
        let dense = try Self.run([x, a, b]) { inputs in
            try NN.lowRankLinear(
                inputs[0], weight: rounded, bias: bias, a: inputs[1], b: inputs[2], scale: 1.5)
        }
        for (ours, expected) in zip(low, dense) {
            if isExact { #expect(ours == expected) } else { expectNear(ours, expected, tolerance: 2e-2) }
        }
    }

    private func expectNear(_ ours: [Float], _ expected: [Float], tolerance: Float) {
        #expect(ours.count == expected.count)
        let bound = tolerance * (expected.map { abs($0) }.max() ?? 0)
        let difference = zip(ours, expected).map { abs($0 - $1) }.max() ?? 0
        #expect(difference <= bound)
    }

    @Test("take no gradient where none is asked for")
    func frozen() throws {
        let weight = try QuantizedTensor(Tensor.ramp([8, 16]), as: .nf4)
        let output = try NN.linear(Tensor.ramp([2, 16]), weight: weight)
        #expect(!output.requiresGradient)
    }
}
