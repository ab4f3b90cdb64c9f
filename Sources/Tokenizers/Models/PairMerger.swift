/// Merges the symbols of one word pair by pair, the lowest rank first and of equal ranks the leftmost.
///
/// Symbols are a linked list and open merges a heap, so that a word of n symbols takes O(n log n) steps.
struct PairMerger {
    struct Symbol {
        var token: Int32
        /// Bytes of the text.
        var range: Range<Int>
        fileprivate var previous: Int32
        fileprivate var next: Int32
        fileprivate var isMerged = false
    }

    private struct Candidate {
        var rank: UInt32
        /// The left symbol's place.
        var position: Int32
        /// What the merge would make; tells whether the two symbols are still those that were met.
        var token: Int32

        func precedes(_ other: Candidate) -> Bool { (rank, position) < (other.rank, other.position) }
    }

    private var symbols: [Symbol] = []
    private var heap: [Candidate] = []

    var isEmpty: Bool { symbols.isEmpty }

    mutating func append(_ token: Int32, _ range: Range<Int>) {
        let index = Int32(symbols.count)
        symbols.append(Symbol(token: token, range: range, previous: index - 1, next: index + 1))
    }

    /// Does all merges, hands over what remains, and is empty again.
    mutating func finish(_ merges: MergeTable, into pieces: inout Pieces) {
        for position in 0..<max(symbols.count - 1, 0) { consider(Int32(position), merges) }
        while let candidate = pop() { apply(candidate, merges) }
        for symbol in symbols where !symbol.isMerged { pieces.append(symbol.token, symbol.range) }
        symbols.removeAll(keepingCapacity: true)
    }

    private mutating func apply(_ candidate: Candidate, _ merges: MergeTable) {
        let left = symbols[Int(candidate.position)]
        guard !left.isMerged, left.next < symbols.count else { return }
        let right = symbols[Int(left.next)]
        guard let merge = merges[left.token, right.token], merge.token == candidate.token else { return }

        symbols[Int(candidate.position)].token = merge.token
        symbols[Int(candidate.position)].range = left.range.lowerBound..<right.range.upperBound
        symbols[Int(candidate.position)].next = right.next
        symbols[Int(left.next)].isMerged = true
        if right.next < symbols.count { symbols[Int(right.next)].previous = candidate.position }
        if left.previous >= 0 { consider(left.previous, merges) }
        consider(candidate.position, merges)
    }

    /// Puts the merge of a symbol and its right neighbour on the heap, if there is one.
    @inline(__always)
    private mutating func consider(_ position: Int32, _ merges: MergeTable) {
        let left = symbols[Int(position)]
        guard left.next < symbols.count, let merge = merges[left.token, symbols[Int(left.next)].token] else { return }
        push(Candidate(rank: merge.rank, position: position, token: merge.token))
    }

    // MARK: Heap

    private mutating func push(_ candidate: Candidate) {
        heap.append(candidate)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> Candidate? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        if heap.isEmpty { return first }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first
    }
}
