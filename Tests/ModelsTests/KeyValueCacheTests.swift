import Models
import Tensors
import Testing

@Suite("A cache of keys and values")
struct KeyValueCacheTests {
    private static func decoders() throws -> [ArchitectureCase] {
        // The others turn all positions by the length of the text.
        try ArchitectureGolden.read().cases.filter { example in
            example.task == .causalLanguageModelling && !example.name.contains("long")
        }
    }

    @Test("gives in parts what the whole gives, padded on the left or not", arguments: try decoders())
    func parts(_ example: ArchitectureCase) throws {
        let golden = try ArchitectureGolden.read()
        let rows = [golden.ids[0], Array(golden.ids[0].reversed()), golden.ids[2].map { $0 + 1 }]
        let length = rows[0].count
        try example.withFolder { folder in
            let model = try example.load(folder).model
            for padding in [[0, 0, 0], [2, 0, 3]] {
                let ids = try Tensor(rows.flatMap { $0 }, shape: [3, length])
                let mask = try Tensor(
                    padding.flatMap { count in (0..<length).map { $0 >= count } }, shape: [3, length])
                let isPadded = padding.contains { $0 > 0 }
                let whole = try model.logits(
                    for: ModelInput(.ids(ids), attentionMask: isPadded ? mask : nil), mode: .inference)
                let cache = KeyValueCache()
                for (start, count) in [(0, 4), (4, 3), (7, 1)] {
                    var input = ModelInput(.ids(try ids.narrowed(dim: 1, start: start, length: count)))
                    if isPadded, start == 0 { input.attentionMask = try mask.narrowed(dim: 1, start: 0, length: count) }
                    input.cache = cache
                    let part = try model.logits(for: input, mode: .inference)
                    let expected = try whole.narrowed(dim: 1, start: start, length: count)
                    let isToken = padding.flatMap { front in (start..<start + count).map { $0 >= front } }
                    #expect(cache.length == start + count)
                    #expect(
                        difference(
                            try Self.tokens(part, where: isToken), try Self.tokens(expected, where: isToken)) < 2e-5)
                }
                // Rows in another order, and one of them twice.
                try cache.select(rows: [2, 0, 0])
                let next = try Tensor([7, 9, 11], shape: [3, 1])
                var input = ModelInput(.ids(next))
                input.cache = cache
                input.lastOnly = true
                let part = try model.logits(for: input, mode: .inference)
                let chosen = try Tensor([2, 0, 0], shape: [3])
                let longer = try Tensor.concatenated([try ids.indexSelected(dim: 0, chosen), next], dim: 1)
                let longerMask = try Tensor.concatenated(
                    [try mask.indexSelected(dim: 0, chosen), try Tensor.ones([3, 1], dtype: .bool)], dim: 1)
                let expected = try model.logits(
                    for: ModelInput(.ids(longer), attentionMask: isPadded ? longerMask : nil), mode: .inference)
                #expect(part.shape == [3, 1, expected.shape[2]])
                #expect(
                    difference(
                        try part.floats(), try expected.narrowed(dim: 1, start: length, length: 1).floats()) < 2e-5)
            }
        }
    }

    /// The logits at tokens.
    private static func tokens(_ logits: Tensor, where isToken: [Bool]) throws -> [Float] {
        let values = try logits.floats()
        let width = logits.shape[2]
        return isToken.indices.filter { isToken[$0] }.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
}
