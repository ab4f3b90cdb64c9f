/// Merges the symbols of one word pair by pair, the lowest rank first and of equal ranks the leftmost.
///
/// In a short word the next merge is looked for among all pairs. In a long one, as a whole text may be, symbols are a
/// linked list and open merges a heap, so that n symbols take O(n log n) steps.
struct PairMerger {
    struct Symbol {
        var token: Int32
        /// The place of the symbol before, and behind; only kept in long words.
        fileprivate var previous: Int32 = 0
        fileprivate var next: Int32 = 0
        fileprivate var isMerged = false
        /// Bytes of the text.
        var range: Range<Int>

        init(token: Int32, range: Range<Int>) {
            self.token = token
            self.range = range
        }
    }

    private var symbols: [Symbol] = []
    /// Of a short word the merge of each symbol with the next, rank above token; of a long one a heap of open merges,
    /// rank above place. The unused end holds anything.
    private var merging: [UInt64] = []

    private static let longestShortWord = 24
    private static let noMerge = UInt64.max

    var isEmpty: Bool { symbols.isEmpty }

    @inline(__always)
    mutating func append(_ token: Int32, _ range: Range<Int>) {
        symbols.append(Symbol(token: token, range: range))
    }

    /// Does all merges, hands over what remains, and is empty again.
    mutating func finish(_ merges: MergeTable, into pieces: inout Pieces) {
        // Each merge takes one open merge from the heap and adds two at most.
        let capacity = 3 * symbols.count
        if merging.count < capacity { merging += Array(repeating: 0, count: capacity - merging.count) }
        if symbols.count <= Self.longestShortWord {
            let count = Self.mergeShort(&symbols, &merging, merges)
            for index in 0..<count { pieces.append(symbols[index].token, symbols[index].range) }
        } else {
            Self.mergeLong(&symbols, &merging, merges)
            for symbol in symbols where !symbol.isMerged { pieces.append(symbol.token, symbol.range) }
        }
        symbols.removeAll(keepingCapacity: true)
    }

    // MARK: Short words

    /// - Returns: how many symbols remain, at the beginning.
    private static func mergeShort(
        _ symbols: inout [Symbol], _ merging: inout [UInt64], _ merges: MergeTable
    ) -> Int {
        var count = symbols.count
        guard count > 1 else { return count }
        var symbols = symbols.mutableSpan
        var merging = merging.mutableSpan
        for index in 0..<count - 1 {
            merging[index] = Self.merge(symbols[index].token, symbols[index + 1].token, merges)
        }
        while count > 1 {
            var best = 0
            for index in 1..<count - 1 where merging[index] < merging[best] { best = index }
            guard merging[best] != Self.noMerge else { break }
            symbols[best].token = Int32(truncatingIfNeeded: merging[best] & 0xFFFF_FFFF)
            symbols[best].range = symbols[best].range.lowerBound..<symbols[best + 1].range.upperBound
            count -= 1
            for index in best + 1..<max(count, best + 1) {
                symbols[index] = symbols[index + 1]
                merging[index - 1] = merging[index]
            }
            if best + 1 < count {
                merging[best] = Self.merge(symbols[best].token, symbols[best + 1].token, merges)
            }
            if best > 0 { merging[best - 1] = Self.merge(symbols[best - 1].token, symbols[best].token, merges) }
        }
        return count
    }

    @inline(__always)
    private static func merge(_ left: Int32, _ right: Int32, _ merges: MergeTable) -> UInt64 {
        guard let merge = merges[left, right] else { return noMerge }
        return UInt64(merge.rank) << 32 | UInt64(UInt32(bitPattern: merge.token))
    }

    // MARK: Long words

    private static func mergeLong(_ symbols: inout [Symbol], _ merging: inout [UInt64], _ merges: MergeTable) {
        var symbols = symbols.mutableSpan
        var elements = merging.mutableSpan
        var heap = MergeHeap()
        for index in symbols.indices {
            symbols[index].previous = Int32(truncatingIfNeeded: index - 1)
            symbols[index].next = Int32(truncatingIfNeeded: index + 1)
        }
        for index in 0..<symbols.count - 1 { Self.consider(index, symbols, merges, &heap, &elements) }
        while let (rank, place) = heap.pop(&elements) {
            // The symbols may have merged with others since then.
            let left = symbols[place]
            guard !left.isMerged, left.next < symbols.count else { continue }
            let right = symbols[Int(left.next)]
            guard let merge = merges[left.token, right.token], merge.rank == rank else { continue }
            symbols[place].token = merge.token
            symbols[place].range = left.range.lowerBound..<right.range.upperBound
            symbols[place].next = right.next
            symbols[Int(left.next)].isMerged = true
            if right.next < symbols.count { symbols[Int(right.next)].previous = Int32(truncatingIfNeeded: place) }
            if left.previous >= 0 { Self.consider(Int(left.previous), symbols, merges, &heap, &elements) }
            Self.consider(place, symbols, merges, &heap, &elements)
        }
    }

    /// Puts the merge of a symbol and the next on the heap, if there is one.
    @inline(__always)
    private static func consider(
        _ place: Int, _ symbols: borrowing MutableSpan<Symbol>, _ merges: MergeTable, _ heap: inout MergeHeap,
        _ elements: inout MutableSpan<UInt64>
    ) {
        let next = Int(symbols[place].next)
        guard next < symbols.count, let merge = merges[symbols[place].token, symbols[next].token] else { return }
        heap.push(rank: merge.rank, place: place, &elements)
    }
}
