import Synchronization
import Testing
import Threading

@Suite("Mapping on several threads")
struct ConcurrentMapTests {
    private struct Refusal: Error, Equatable { let element: Int }

    @Test("results stand in the order of the elements, whatever the parts", arguments: [1, 2, 7, 100, 1000])
    func order(part: Int) {
        let elements = Array(0..<317)
        #expect(elements.concurrentMap(part: part, threads: 4) { $0 * 3 } == elements.map { $0 * 3 })
        #expect([Int]().concurrentMap(part: part) { $0 }.isEmpty)
    }

    @Test("the first error in the order of the elements is thrown")
    func error() {
        let elements = Array(0..<100)
        #expect(throws: Refusal(element: 40)) {
            _ = try elements.concurrentMap(part: 3, threads: 4) { element throws(Refusal) in
                if element >= 40 { throw Refusal(element: element) }
                return element
            }
        }
    }

    @Test("no more threads work at once than are asked for, and each element is computed once")
    func threads() {
        let state = Mutex((running: 0, most: 0, calls: 0))
        _ = Array(0..<64).concurrentMap(threads: 3) { _ in
            state.withLock { state in
                state.running += 1
                state.calls += 1
                state.most = max(state.most, state.running)
            }
            state.withLock { $0.running -= 1 }
        }
        #expect(state.withLock { $0.most } <= 3)
        #expect(state.withLock { $0.calls } == 64)
    }
}
