import JSONValues
import Tensors
import Testing

/// The default generator, the thread count and the count of tensors belong to the process, which tests share; so these
/// run in processes of their own.
@Suite("Random numbers")
struct RandomTests {
    @Test("a seed gives the draws that it gives in LibTorch's Python")
    func seeds() async {
        await #expect(processExitsWith: .success) {
            let golden = try Goldens.read("random.json")
            try RandomState.seed(17)
            try expect(Tensor.normal([5], mean: 1, standardDeviation: 2), isNear: golden["normal"])
            try expect(Tensor.uniform([3], low: -1, high: 1), isNear: golden["uniform"])
            try expect(
                NN.dropout(Tensor.ones([12], dtype: .float64), probability: 0.25, training: true),
                isNear: golden["dropout"])
            let generator = try RandomGenerator(seed: 17)
            try expect(Tensor.permutation(8, generator: generator), isNear: golden["permutation"])
            try expect(Tensor.normal([20], generator: generator), isNear: golden["own normal"])
        }
    }

    @Test("dropout repeats itself from a captured state")
    func capturedState() async {
        await #expect(processExitsWith: .success) {
            func dropped() throws -> [Float] {
                try NN.dropout(Tensor.ones([64]), probability: 0.5, training: true).floats()
            }
            try RandomState.seed(3)
            _ = try dropped()
            let state = try RandomState.capture()
            let first = try dropped()
            #expect(try dropped() != first)
            try RandomState.restore(state)
            #expect(try dropped() == first)
        }
    }

    @Test("a generator of one's own is not disturbed by other draws")
    func ownGenerator() throws {
        let generator = try RandomGenerator(seed: 5)
        _ = try Tensor.normal([3], generator: generator)
        let state = try generator.state()
        let first = try Tensor.normal([3], generator: generator).floats()
        _ = try Tensor.normal([100])
        try generator.setState(state)
        #expect(try Tensor.normal([3], generator: generator).floats() == first)
        #expect(try Tensor.normal([3], generator: RandomGenerator(seed: 6)).floats() != first)
    }

    @Test("bytes that are no state are refused")
    func badState() throws {
        #expect(throws: TorchError.self) { try RandomGenerator(seed: 1).setState([1, 2, 3]) }
        #expect(throws: TorchError.self) { try RandomGenerator(seed: 1).setState([]) }
    }

    @Test("dropout while evaluating changes nothing")
    func noDropout() throws {
        let x = try Tensor.ones([100])
        #expect(try NN.dropout(x, probability: 0.9, training: false).floats() == x.floats())
        #expect(try NN.dropout(x, probability: 1, training: true).isAllZero())
    }
}
