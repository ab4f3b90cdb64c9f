import Foundation
import Testing

@testable import Downloads

@Suite("RetryPolicy")
struct RetryPolicyTests {
    @Test("pauses double up to a bound, a random half of each is left out, and it ends")
    func pauses() {
        let policy = RetryPolicy(tries: 5, base: .seconds(1), longestPause: .seconds(5))
        #expect((1...4).map { policy.pause(after: $0, wish: nil, chance: 1) } == [1, 2, 4, 5].map { .seconds($0) })
        #expect(policy.pause(after: 1, wish: nil, chance: 0) == .milliseconds(500))
        #expect(policy.pause(after: 5, wish: nil) == nil)
    }

    @Test("what the server wishes for goes before, up to a bound")
    func wishes() {
        let policy = RetryPolicy(longestWish: .seconds(100))
        #expect(policy.pause(after: 1, wish: .seconds(90)) == .seconds(90))
        #expect(policy.pause(after: 1, wish: .seconds(101)) == nil)
        #expect(RetryAfter.duration("7") == .seconds(7))
        let now = Date(timeIntervalSince1970: 784_111_770)
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:37 GMT", now: now) == .seconds(7))
        #expect(RetryAfter.duration("Sun, 06 Nov 1994 08:49:07 GMT", now: now) == .zero)
        #expect(RetryAfter.duration("soon") == nil)
    }

    @Test("the environment gives the first pause")
    func environment() {
        #expect(RetryPolicy(environment: ["PEFT_PIPELINE_RETRY_DELAY": "0.01"]).base == .milliseconds(10))
        #expect(RetryPolicy(environment: ["PEFT_PIPELINE_RETRY_DELAY": "x"]).base == .seconds(1))
    }
}
