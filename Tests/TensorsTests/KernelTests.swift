import Tensors
import Testing

/// The bridge's own kernels, which float32 and bfloat16 on the CPU go through, against LibTorch's in float64, forward and
/// in gradients. Sizes are whole vectors and none.
@Suite("Kernels")
struct KernelTests {
    /// What a function gives of its inputs, and the gradient of each.
    private struct Run {
        let output: [Double]
        let gradients: [[Double]]

        /// - Parameter weight: what the output is multiplied by before it is summed.
        init(_ inputs: [Tensor], dtype: DType, _ function: ([Tensor]) throws -> Tensor) throws {
            let leaves = try inputs.map { try $0.to(dtype).copy() }
            for leaf in leaves { try leaf.setRequiresGradient(true) }
            let result = try function(leaves)
            output = try result.doubles()
            try (result.to(.float64) * Tensor.ramp(result.shape, scale: 0.7, shift: 0.2).to(.float64)).sum().backward()
            gradients = try leaves.map { try #require(try $0.gradient()).doubles() }
        }
    }

    /// Expects a kernel to give what float64 gives, to a part in `tolerance` of the largest number.
    private func expectEqual(
        _ inputs: [Tensor], dtype: DType, tolerance: Double? = nil, _ function: ([Tensor]) throws -> Tensor,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // Both see the same rounded numbers.
        let rounded = try inputs.map { try $0.to(dtype) }
        let ours = try Run(rounded, dtype: dtype, function)
        let expected = try Run(rounded, dtype: .float64, function)
        let tolerance = tolerance ?? (dtype == .bfloat16 ? 2e-2 : 2e-6)
        for (ours, expected) in zip([ours.output] + ours.gradients, [expected.output] + expected.gradients) {
            try #require(ours.count == expected.count, sourceLocation: sourceLocation)
            let bound = tolerance * (expected.map { abs($0) }.max() ?? 0) + 1e-12
            let difference = zip(ours, expected).map { abs($0 - $1) }.max() ?? 0
            #expect(difference <= bound, sourceLocation: sourceLocation)
        }
    }

    @Test("GELU and its form by tanh", arguments: [DType.float32, .bfloat16], [1, 16, 31, 400])
    func gelu(_ dtype: DType, _ count: Int) throws {
        let x = try Tensor.ramp([3, count], scale: 4)
        try expectEqual([x], dtype: dtype) { try $0[0].gelu(approximation: .none) }
        try expectEqual([x], dtype: dtype) { try $0[0].gelu(approximation: .tanh) }
    }

    @Test("GELU far from zero, and of what is no number")
    func geluEnds() throws {
        let x = try Tensor([-1000, -20, -6, 6, 20, 1000] as [Float])
        for approximation in [Tensor.GELUApproximation.none, .tanh] {
            let values = try x.gelu(approximation: approximation).floats()
            #expect(values[3...] == [6, 20, 1000])
            #expect(values[..<3].allSatisfy { abs($0) < 1e-6 })
            #expect(try Tensor([Float.nan, 1]).gelu(approximation: approximation).floats()[0].isNaN)
        }
    }

    @Test("layer norm of a sum", arguments: [DType.float32, .bfloat16], [1, 5, 16, 50, 384])
    func norm(_ dtype: DType, _ width: Int) throws {
        let inputs = [
            try Tensor.ramp([2, 3, width]), try Tensor.ramp([2, 3, width], scale: 0.3, shift: 0.1),
            try Tensor.ramp([width], scale: 0.5, shift: 1), try Tensor.ramp([width], shift: -0.2),
        ]
        // One number alone is its own mean: all of it is rounding.
        let tolerance = width == 1 ? 1e-1 : nil
        try expectEqual(inputs, dtype: dtype, tolerance: tolerance) { x in
            try NN.layerNorm(ofDropped: x[0], plus: x[1], weight: x[2], bias: x[3], eps: 1e-5, probability: 0)
        }
    }

    @Test("attention", arguments: [DType.float32, .bfloat16], [(1, 1, 4), (5, 5, 16), (24, 24, 32), (3, 33, 20)])
    func attention(_ dtype: DType, _ sizes: (queries: Int, keys: Int, width: Int)) throws {
        func heads(_ count: Int, _ length: Int, _ width: Int, _ scale: Float) throws -> Tensor {
            try Tensor.ramp([2, length, count, width], scale: scale, shift: 0.1).transposed(1, 2)
        }
        let (n, m, width) = sizes
        let tolerance = dtype == .bfloat16 ? 3e-2 : 5e-6
        let shared = [
            try heads(4, n, width, 1), try heads(2, m, width, 0.8), try heads(2, m, width + 1, 0.9),
        ]
        try expectEqual(shared, dtype: dtype, tolerance: tolerance) {
            try NN.attention($0[0], $0[1], $0[2], groupedHeads: true)
        }
        let inputs = [try heads(2, n, width, 1)] + shared[1...]
        try expectEqual(inputs, dtype: dtype, tolerance: tolerance) {
            try NN.attention($0[0], $0[1], $0[2], scale: 0.3)
        }
        try expectEqual(inputs, dtype: dtype, tolerance: tolerance) {
            try NN.attention($0[0], $0[1], $0[2], isCausal: true)
        }
        let seen = try Tensor((0..<2 * m).map { $0 % m == 0 || $0 % 3 != 1 }, shape: [2, 1, 1, m])
        try expectEqual(inputs, dtype: dtype, tolerance: tolerance) {
            try NN.attention($0[0], $0[1], $0[2], mask: seen)
        }
        let added = try Tensor.ramp([1, 2, n, m])
        try expectEqual(inputs, dtype: dtype, tolerance: tolerance) {
            try NN.attention($0[0], $0[1], $0[2], mask: try added.to($0[0].dtype))
        }
    }

    @Test("a query that sees nothing takes nothing")
    func blind() throws {
        let x = try Tensor.ramp([1, 1, 3, 4])
        try x.setRequiresGradient(true)
        let mask = try Tensor([true, false, true, false, false, false, true, true, true], shape: [1, 1, 3, 3])
        let output = try NN.attention(x, x, x, mask: mask)
        #expect(try output.floats()[4..<8] == [0, 0, 0, 0])
        try output.sum().backward()
        #expect(try #require(try x.gradient()).isFinite())
    }

    @Test("a linear layer", arguments: [DType.float32, .bfloat16], [true, false])
    func linear(_ dtype: DType, _ hasBias: Bool) throws {
        let inputs = [try Tensor.ramp([2, 3, 10]), try Tensor.ramp([7, 10], scale: 0.4)]
        let bias = try Tensor.ramp([7], shift: 0.5)
        try expectEqual(inputs + (hasBias ? [bias] : []), dtype: dtype) { x in
            try NN.linear(x[0], weight: x[1], bias: hasBias ? x[2] : nil)
        }
    }

    @Test("attention over rows that are long")
    func longAttention() throws {
        let heads = try (0..<3).map { try Tensor.ramp([1, 300, 2, 8], scale: 0.5, shift: Float($0)).transposed(1, 2) }
        let seen = try Tensor((0..<300).map { $0 % 7 != 3 }, shape: [1, 1, 1, 300])
        for dtype in [DType.float32, .bfloat16] {
            let tolerance = dtype == .bfloat16 ? 3e-2 : 2e-5
            try expectEqual(heads, dtype: dtype, tolerance: tolerance) {
                try NN.attention($0[0], $0[1], $0[2], mask: seen)
            }
            try expectEqual(heads, dtype: dtype, tolerance: tolerance) {
                try NN.attention($0[0], $0[1], $0[2], isCausal: true)
            }
        }
    }

    @Test("a low-rank addition to a frozen layer", arguments: [DType.float32, .bfloat16], [true, false])
    func lowRank(_ dtype: DType, _ hasBias: Bool) throws {
        let weight = try Tensor.ramp([7, 10], scale: 0.4)
        let bias = hasBias ? try Tensor.ramp([7]) : nil
        let inputs = [
            try Tensor.ramp([2, 3, 10]), try Tensor.ramp([4, 10], scale: 0.6), try Tensor.ramp([7, 4], shift: 0.3),
        ]
        try expectEqual(inputs, dtype: dtype) { x in
            let type = x[0].dtype
            let weight = try weight.to(dtype).to(type)
            let bias = try bias?.to(dtype).to(type)
            if type == dtype {
                return try NN.lowRankLinear(x[0], weight: weight, bias: bias, a: x[1], b: x[2], scale: 2)
            }
            return try NN.linear(x[0], weight: weight, bias: bias)
                + NN.linear(NN.linear(x[0], weight: x[1]) * 2, weight: x[2])
        }
    }

    // MARK: Dropout

    /// The default generator belongs to the process, which tests share.
    @Test("dropout keeps its share, scales it, and gives gradients to what it kept")
    func dropout() async {
        await #expect(processExitsWith: .success) {
            try RandomState.seed(4)
            let x = try Tensor.ones([1000, 301])
            try x.setRequiresGradient(true)
            let output = try NN.dropout(x, probability: 0.3, training: true)
            let values = try output.floats()
            let kept = values.filter { $0 != 0 }
            #expect(kept.allSatisfy { abs($0 - 1 / 0.7) < 1e-6 })
            #expect(abs(Double(kept.count) / Double(values.count) - 0.7) < 0.004)
            // Neighbours, in a row and in a column, don't know each other: 0.49 of pairs are kept.
            for step in [1, 2, 301] {
                let pairs = zip(values, values.dropFirst(step)).filter { $0 != 0 && $1 != 0 }.count
                #expect(abs(Double(pairs) / Double(values.count) - 0.49) < 0.004)
            }
            try output.sum().backward()
            #expect(try #require(try x.gradient()).floats() == values)
            #expect(try NN.dropout(x, probability: 0.3, training: true).floats() != values)
        }
    }

    @Test("dropout inside a norm and inside attention is that of its elements", arguments: [19, 32])
    func fused(_ length: Int) async {
        await #expect(processExitsWith: .success) { [length] in
            func mask(_ shape: [Int]) throws -> Tensor {
                try RandomState.seed(9)
                return try NN.dropout(Tensor.ones(shape), probability: 0.4, training: true).to(.float64)
            }
            let tests = KernelTests()
            let rows = [
                try Tensor.ramp([4, length]), try Tensor.ramp([4, length], scale: 0.3),
                try Tensor.ramp([length], shift: 1), try Tensor.ramp([length]),
            ]
            let rowMask = try mask([4, length])
            try tests.expectEqual(rows, dtype: .float32) { x in
                guard x[0].dtype == .float32 else {
                    return try NN.layerNorm(
                        x[0] * rowMask + x[1], normalizedShape: [length], weight: x[2], bias: x[3], eps: 1e-5)
                }
                try RandomState.seed(9)
                return try NN.layerNorm(
                    ofDropped: x[0], plus: x[1], weight: x[2], bias: x[3], eps: 1e-5, probability: 0.4)
            }
            let heads = try (0..<3).map { try Tensor.ramp([2, 3, length, 8], scale: 1 - Float($0) / 10) }
            let scoreMask = try mask([2, 3, length, length])
            try tests.expectEqual(heads, dtype: .float32, tolerance: 5e-6) { x in
                guard x[0].dtype == .float32 else {
                    let scores = try x[0].matmul(x[1].transposed(2, 3)) * (1 / Double(8).squareRoot())
                    return try (scores.softmax(dim: 3) * scoreMask).matmul(x[2])
                }
                try RandomState.seed(9)
                return try NN.attention(x[0], x[1], x[2], dropout: 0.4)
            }
        }
    }

    @Test("the number of threads changes nothing")
    func threads() async {
        await #expect(processExitsWith: .success) {
            func numbers(threads: Int) throws -> [[Double]] {
                try LibTorch.setThreadCount(threads)
                try RandomState.seed(2)
                let x = try (0..<3).map { try Tensor.ramp([4, 6, 37, 21], shift: Float($0)) }
                let run = try Run(x, dtype: .float32) { x in
                    let attended = try NN.attention(x[0], x[1], x[2], dropout: 0.2)
                    return try NN.layerNorm(
                        ofDropped: attended.gelu(approximation: .none), plus: x[0], weight: Tensor.ones([21]),
                        bias: Tensor.zeros([21]), probability: 0.1)
                }
                return [run.output] + run.gradients
            }
            let alone = try numbers(threads: 1)
            #expect(try numbers(threads: 3) == alone)
        }
    }
}
