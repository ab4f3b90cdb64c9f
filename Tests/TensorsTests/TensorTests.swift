import Tensors
import Testing

@Suite("Tensors")
struct TensorTests {
    @Test("values come back as they went in")
    func values() throws {
        let floats = try Tensor([1.5, -2, .infinity, 4], shape: [2, 2])
        #expect(floats.shape == [2, 2])
        #expect(floats.rank == 2)
        #expect(floats.count == 4)
        #expect(floats.dtype == .float32)
        #expect(floats.device == .cpu)
        #expect(try floats.floats() == [1.5, -2, .infinity, 4])

        let ints = try Tensor([1, -2, Int.max])
        #expect(ints.shape == [3])
        #expect(ints.dtype == .int64)
        #expect(try ints.ints() == [1, -2, Int.max])

        #expect(try Tensor([true, false]).bools() == [true, false])
        #expect(try Tensor(scalar: 2.5).item() == 2.5)
        #expect(try Tensor(scalar: 7, dtype: .int32).shape == [])
        #expect(try Tensor([Float](), shape: [0, 3]).floats() == [])
    }

    @Test("each type of element holds numbers and takes the bytes it says", arguments: DType.allCases)
    func types(dtype: DType) throws {
        let tensor = try Tensor([0, 1, 1, 0]).to(dtype)
        #expect(tensor.dtype == dtype)
        #expect(try tensor.ints() == [0, 1, 1, 0])
        #expect(try tensor.withBytes { $0.count } == 4 * dtype.byteCount)
        let copy = try tensor.withBytes { try Tensor(bytes: $0, dtype: dtype, shape: [2, 2]) }
        #expect(try copy.ints() == [0, 1, 1, 0])
    }

    @Test("made tensors hold what their name says")
    func creation() throws {
        #expect(try Tensor.zeros([2]).floats() == [0, 0])
        #expect(try Tensor.ones([2], dtype: .bfloat16).floats() == [1, 1])
        #expect(try Tensor.full([1, 2], -3.5).floats() == [-3.5, -3.5])
        #expect(try Tensor.arange(3).ints() == [0, 1, 2])
        #expect(try Tensor.arange(from: 5, to: 0, by: -2).ints() == [5, 3, 1])
        #expect(try Tensor.empty([3, 0]).shape == [3, 0])
    }

    @Test("bytes of a view are lent in row-major order")
    func bytesOfView() throws {
        let transposed = try Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).transposed()
        #expect(!transposed.isContiguous)
        #expect(try transposed.withBytes { Array($0.bindMemory(to: Int.self)) } == [1, 4, 2, 5, 3, 6])
        let part = try Tensor([1, 2, 3, 4]).narrowed(dim: 0, start: 2, length: 2)
        #expect(try part.withBytes { Array($0.bindMemory(to: Int.self)) } == [3, 4])
    }

    @Test("a view shares memory with its tensor, a copy doesn't")
    func sharing() throws {
        let tensor = try Tensor([1, 2, 3, 4], shape: [2, 2])
        let view = try tensor.reshaped([4])
        let copy = try tensor.copy()
        try tensor.fill_(9)
        #expect(try view.ints() == [9, 9, 9, 9])
        #expect(try copy.ints() == [1, 2, 3, 4])
    }

    @Test("operations in place change the tensor")
    func inPlace() throws {
        let tensor = try Tensor([1.0, 2])
        try tensor.add_(Tensor([10.0, 20]), scale: 0.5)
        #expect(try tensor.floats() == [6, 12])
        try tensor.multiply_(2)
        #expect(try tensor.floats() == [12, 24])
        try tensor.copy_(from: Tensor([7, 8]))
        #expect(try tensor.floats() == [7, 8])
        try tensor.zero_()
        #expect(try tensor.floats() == [0, 0])
    }

    @Test("a whole number beside integers leaves them integers, a fraction doesn't")
    func integersAndNumbers() throws {
        let ids = try Tensor([1, 2])
        #expect(try (ids + 2).dtype == .int64)
        #expect(try (10 - ids).ints() == [9, 8])
        #expect(try (ids * 3).ints() == [3, 6])
        #expect(try (ids * 0.5).floats() == [0.5, 1])
        #expect(try (ids / 2).floats() == [0.5, 1])
        #expect(try ids.maskedFill(ids.equal(2), -100).ints() == [1, -100])
    }

    @Test("numbers of all elements")
    func numbersOfAll() throws {
        let tensor = try Tensor([3.0, -4, 0])
        #expect(try tensor.norm() == 5)
        #expect(try tensor.maxAbs() == 4)
        #expect(try tensor.isFinite())
        #expect(try !tensor.isAllZero())
        #expect(try Tensor.zeros([2, 2]).isAllZero())
        #expect(try !Tensor([1, Float.nan]).isFinite())
        #expect(try !Tensor([Float.nan]).isAllZero())
        #expect(try !Tensor([-Float.infinity]).isFinite())
        #expect(try Tensor([Float]()).maxAbs() == 0)
        #expect(try Tensor([Float]()).isAllZero())
        #expect(try Tensor([3, 4]).norm() == 5)
    }

    @Test("decompositions multiply back to the matrix, with orthonormal parts", arguments: [[5, 3], [3, 5]])
    func decompositions(shape: [Int]) throws {
        let matrix = try Tensor.normal(shape, generator: RandomGenerator(seed: 3))
        func expectIdentity(_ x: Tensor) throws {
            let values = try x.floats()
            let size = x.shape[0]
            for (place, value) in values.enumerated() {
                #expect(abs(value - (place / size == place % size ? 1 : 0)) < 1e-5)
            }
        }
        let (u, s, vt) = try matrix.singularValueDecomposition()
        #expect(u.shape == [shape[0], 3] && s.shape == [3] && vt.shape == [3, shape[1]])
        #expect(try ((u * s).matmul(vt) - matrix).maxAbs() < 1e-5)
        try expectIdentity(u.transposed().matmul(u))
        try expectIdentity(vt.matmul(vt.transposed()))
        let values = try s.floats()
        #expect(values == values.sorted(by: >) && values.allSatisfy { $0 > 0 })
        let (q, r) = try matrix.qrDecomposition()
        #expect(try (q.matmul(r) - matrix).maxAbs() < 1e-5)
        try expectIdentity(q.transposed().matmul(q))
        #expect(throws: TorchError.self) { try Tensor.ones([3]).singularValueDecomposition() }
    }

    @Test("the pseudo-inverse solves what can be solved, and is the smallest that does")
    func pseudoInverse() throws {
        let wide = try Tensor.normal([3, 5])
        let inverse = try wide.pseudoInverse()
        #expect(inverse.shape == [5, 3])
        #expect(try (wide.matmul(inverse).matmul(wide) - wide).maxAbs() < 1e-5)
        #expect(try (inverse.matmul(wide).matmul(inverse) - inverse).maxAbs() < 1e-5)
        let product = try inverse.matmul(wide)
        #expect(try (product - product.transposed()).maxAbs() < 1e-5)
    }

    @Test("attention to nothing but a position's past equals attention under that mask")
    func causalAttention() throws {
        let q = try Tensor.normal([2, 3, 5, 4])
        let mask = try Tensor.ones([5, 5]).tril().greater(0)
        let masked = try NN.attention(q, q, q, mask: mask)
        let causal = try NN.attention(q, q, q, isCausal: true)
        #expect(try (masked - causal).maxAbs() < 1e-6)
    }

    @Test("a description names type, shape and device")
    func description() throws {
        #expect(try Tensor.zeros([2, 3], dtype: .bfloat16).description == "bfloat16 [2, 3] on cpu")
    }
}
