import Tensors
import Testing

@Suite("What is computed again for gradients")
struct RecomputationTests {
    private func leaf(_ shape: [Int], shift: Float = 0) throws -> Tensor {
        let tensor = try Tensor.ramp(shape, shift: shift).copy()
        try tensor.setRequiresGradient(true)
        return tensor
    }

    @Test("has the same value and gradients, with the same dropout, and leaves later draws as they are")
    func sameNumbers() async {
        await #expect(processExitsWith: .success) {
            func run(recomputes: Bool) throws -> [[Float]] {
                try RandomState.seed(3)
                let x = try Tensor.ramp([4, 20]).copy()
                let weight = try Tensor.ramp([20, 20], shift: 0.2).copy()
                for leaf in [x, weight] { try leaf.setRequiresGradient(true) }
                let body: ([Tensor]) throws -> Tensor = { inputs in
                    let inner = try NN.dropout(
                        NN.linear(inputs[0], weight: weight).gelu(), probability: 0.4, training: true)
                    return try inner + inputs[0] * inputs[0]
                }
                let middle = try x * 2
                let output = try recomputes ? NN.recomputed([middle], body) : body([middle])
                try NN.dropout(output, probability: 0.3, training: true).sum().backward()
                let later = try Tensor.normal([5]).floats()
                let gradients = try [x, weight].map { try $0.gradient()?.floats() ?? [] }
                return [try output.floats()] + gradients + [later]
            }
            let kept = try run(recomputes: false)
            #expect(try run(recomputes: true) == kept)
            #expect(kept.allSatisfy { !$0.isEmpty })
        }
    }

    @Test("is called once where nothing is recorded, and twice for gradients")
    func calls() throws {
        let x = try leaf([3])
        var calls = 0
        let body: ([Tensor]) throws -> Tensor = { inputs in
            calls += 1
            return try inputs[0] * 3
        }
        #expect(try withoutGradients { try NN.recomputed([x], body) }.floats() == (x * 3).floats())
        #expect(calls == 1)
        let output = try NN.recomputed([x], body)
        #expect(calls == 2)
        try output.sum().backward()
        #expect(calls == 3)
        #expect(try x.gradient()?.floats() == [3, 3, 3])
    }

    @Test("gives gradients to leaves inside, whatever its inputs require, and none to inputs that require none")
    func inside() throws {
        let fixed = try Tensor.ramp([3])
        let weight = try leaf([3], shift: 1)
        try NN.recomputed([fixed]) { try $0[0] * weight }.sum().backward()
        #expect(try weight.gradient()?.floats() == fixed.floats())
        #expect(try fixed.gradient() == nil)
    }

    @Test("throws what its body throws, and frees it")
    func errors() throws {
        final class Watched {}
        struct Stop: Error {}
        weak var watched: Watched?
        func failing(at call: Int) throws -> Tensor {
            let object = Watched()
            watched = object
            var calls = 0
            return try NN.recomputed([try leaf([2])]) { inputs in
                calls += 1
                if calls == call { throw Stop() }
                return try withExtendedLifetime(object) { try inputs[0] * 2 }
            }
        }
        #expect(throws: Stop.self) { try failing(at: 1) }
        #expect(watched == nil)
        do {
            let output = try failing(at: 2)
            #expect(watched != nil)
            let error = try #require(throws: TorchError.self) { try output.sum().backward() }
            #expect("\(error)".contains("what is computed twice failed"))
        }
        #expect(watched == nil)
    }
}
