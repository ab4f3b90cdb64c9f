import Synchronization
import Testing
import Threading

@Suite("Threads of their own")
struct WithThreadsTests {
    private struct Refusal: Error {}

    @Test("each thread runs with its number beside the caller, and all have ended afterwards")
    func numbers() {
        let seen = Mutex(Set<Int>())
        let others = withThreads(5, { number in _ = seen.withLock { $0.insert(number) } }) { others in others }
        #expect(others == 5)
        #expect(seen.withLock { $0 } == [0, 1, 2, 3, 4])
    }

    @Test("threads may wait for the caller, and an error of the caller's waits for them")
    func waiting() {
        let gate = Mutex(false)
        let ended = Mutex(false)
        #expect(throws: Refusal.self) {
            try withThreads(
                1,
                { _ in
                    while !gate.withLock({ $0 }) {}
                    ended.withLock { $0 = true }
                }
            ) { _ throws(Refusal) in
                gate.withLock { $0 = true }
                throw Refusal()
            }
        }
        #expect(ended.withLock { $0 })
    }
}
