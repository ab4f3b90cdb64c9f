import Testing

@testable import Tokenizers

/// Merging by looking at all pairs each time, as it is defined.
@Suite("Merging pairs")
struct PairMergerTests {
    /// Each of `count` tokens and the next merge with some likelihood, and so do their results.
    private func merges(_ generator: inout some RandomNumberGenerator) -> MergeTable {
        var merges = MergeTable(capacity: 400)
        for rank in 0..<UInt32(400) {
            let limit = min(Int32(rank) + 4, 60)
            merges.insert(
                Int32.random(in: 0..<limit, using: &generator), Int32.random(in: 0..<limit, using: &generator),
                MergeTable.Merge(rank: rank, token: Int32(4 + rank % 56)))
        }
        return merges
    }

    private func merged(_ tokens: [Int32], _ merges: MergeTable) -> [(token: Int32, range: Range<Int>)] {
        var symbols = tokens.enumerated().map { (token: $1, range: $0..<$0 + 1) }
        while symbols.count > 1 {
            let ranks = symbols.indices.dropLast().map {
                merges[symbols[$0].token, symbols[$0 + 1].token]?.rank ?? .max
            }
            guard let best = ranks.min(), best < .max, let place = ranks.firstIndex(of: best),
                let merge = merges[symbols[place].token, symbols[place + 1].token]
            else { break }
            symbols[place] = (merge.token, symbols[place].range.lowerBound..<symbols[place + 1].range.upperBound)
            symbols.remove(at: place + 1)
        }
        return symbols
    }

    @Test("Short and long words are merged as by definition", arguments: [2, 5, 23, 24, 25, 26, 100, 400])
    func random(count: Int) {
        var generator = TokenizerFuzzTests.Generator(state: UInt64(count))
        for _ in 0..<20 {
            let merges = merges(&generator)
            let tokens = (0..<count).map { _ in Int32.random(in: 0..<4, using: &generator) }
            var merger = PairMerger()
            for (index, token) in tokens.enumerated() { merger.append(token, index..<index + 1) }
            var pieces = Pieces()
            merger.finish(merges, into: &pieces)
            let expected = merged(tokens, merges)
            #expect(pieces.ids == expected.map(\.token), "\(tokens)")
            #expect(pieces.ranges == expected.map(\.range))
        }
    }

    @Test("A set of neighbours forgets none")
    func neighbours() {
        var set = NeighbourSet(capacity: 10)
        for left in UInt32(0)..<100 { set.insert(left, left * 7) }
        for left in UInt32(0)..<100 { #expect(set.contains(left, left * 7)) }
        let others = (0..<UInt32(100)).filter { set.contains($0 + 1000, 5) }
        #expect(others.count < 50)
    }
}
