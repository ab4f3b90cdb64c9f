import Testing

@testable import Training

@Suite("The order of examples")
struct EpochOrderTests {
    private let lengths = (0..<1003).map { 3 + ($0 * 7919) % 61 }

    @Test("has every example once in an epoch")
    func complete() throws {
        var order = try EpochOrder(lengths: lengths, batchSize: 8, seed: 3)
        for epoch in 0..<2 {
            let batches = try order.batches(epoch: epoch)
            #expect(batches.count == 126)
            #expect(batches.flatMap { $0 }.sorted() == Array(0..<1003))
            #expect(batches.filter { $0.count < 8 }.map(\.count) == [3])
        }
    }

    @Test("differs from epoch to epoch, follows from the seed, and is found again")
    func seeded() throws {
        var order = try EpochOrder(lengths: lengths, batchSize: 8, seed: 3)
        let epochs = try (0..<3).map { try order.batches(epoch: $0) }
        #expect(epochs[0] != epochs[1])
        #expect(Set(epochs[0]) != Set(epochs[1]))

        var resumed = try EpochOrder(lengths: lengths, batchSize: 8, seed: 3)
        #expect(try resumed.batches(epoch: 2) == epochs[2])
        #expect(try resumed.batches(epoch: 2) == epochs[2])
        var other = try EpochOrder(lengths: lengths, batchSize: 8, seed: 4)
        #expect(try other.batches(epoch: 0) != epochs[0])
    }

    @Test("puts examples of similar length together, and long batches are not all in one place")
    func buckets() throws {
        var order = try EpochOrder(lengths: lengths, batchSize: 8, seed: 3)
        let batches = try order.batches(epoch: 0).map { $0.map { lengths[$0] } }
        let padded = batches.reduce(0) { $0 + $1.count * ($1.max() ?? 0) }
        #expect(Double(padded) < 1.03 * Double(lengths.reduce(0, +)))
        let longest = batches.map { $0.max() ?? 0 }
        let falls = zip(longest, longest.dropFirst()).count { $0 > $1 }
        #expect(falls > 40 && falls < 85)
    }
}
