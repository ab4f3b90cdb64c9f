import Tensors
import Testing

/// The thread count belongs to the process, which tests share; so these run in processes of their own.
@Suite("Parts side by side")
struct SideBySideTests {
    private struct Refusal: Error, Equatable { let part: Int }

    @Test("what parts give stands in their order, and the first error counts")
    func order() async {
        await #expect(processExitsWith: .success) {
            try LibTorch.setThreadCount(3)
            let squares = try LibTorch.sideBySide(keys: Array(repeating: 0, count: 17)) { part in
                try (Tensor([Float(part)]) * Double(part)).floats()[0]
            }
            #expect(squares == (0..<17).map { Float($0 * $0) })
            #expect(throws: Refusal(part: 2)) {
                _ = try LibTorch.sideBySide(keys: [0, 0, 0, 0]) { part in
                    if part >= 2 { throw Refusal(part: part) }
                }
            }
            #expect(try LibTorch.sideBySide(keys: []) { $0 }.isEmpty)
        }
    }

    @Test("what is dropped follows from a part's key, on any number of threads, and leaves the generator alone")
    func keys() async {
        await #expect(processExitsWith: .success) {
            func dropped(threads: Int) throws -> [[Float]] {
                try LibTorch.setThreadCount(threads)
                return try LibTorch.sideBySide(keys: [5, 6, 5]) { _ in
                    let first = try NN.dropout(Tensor.ones([64]), probability: 0.5, training: true).floats()
                    return try first + NN.dropout(Tensor.ones([64]), probability: 0.5, training: true).floats()
                }
            }
            try RandomState.seed(1)
            let state = try RandomState.capture()
            let alone = try dropped(threads: 1)
            #expect(try dropped(threads: 3) == alone)
            #expect(alone[0] == alone[2] && alone[0] != alone[1])
            #expect(alone[0].prefix(64) != alone[0].suffix(64))
            #expect(try RandomState.capture() == state)
            #expect(try RandomState.drawKey() != RandomState.drawKey())
        }
    }

    @Test("gradients of parts add up to those of the whole, and touch no other gradient")
    func gradients() async {
        await #expect(processExitsWith: .success) {
            try LibTorch.setThreadCount(2)
            let weight = try Tensor([1, 2, 3] as [Float])
            let other = try Tensor([1] as [Float])
            for tensor in [weight, other] { try tensor.setRequiresGradient(true) }
            let parts = try LibTorch.sideBySide(keys: [0, 0]) { part in
                try Gradients.of(try (weight * weight * Double(part + 1)).sum(), by: [weight, other])
            }
            #expect(try parts.map { try $0[0]?.floats() } == [[2, 4, 6], [4, 8, 12]])
            #expect(parts.allSatisfy { $0[1] == nil })
            #expect(try weight.gradient() == nil)
        }
    }
}
