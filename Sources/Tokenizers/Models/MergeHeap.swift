/// Open merges, of which the one of the lowest rank, and of equal ranks the leftmost, comes first.
///
/// They stand at the beginning of a span that the caller lends, which has room for as many as there are at once.
struct MergeHeap {
    private var count = 0

    @inline(__always)
    mutating func push(rank: UInt32, place: Int, _ elements: inout MutableSpan<UInt64>) {
        let element = UInt64(rank) << 32 | UInt64(UInt32(truncatingIfNeeded: place))
        var child = count
        count += 1
        while child > 0 {
            let parent = (child - 1) / 2
            if elements[parent] <= element { break }
            elements[child] = elements[parent]
            child = parent
        }
        elements[child] = element
    }

    @inline(__always)
    mutating func pop(_ elements: inout MutableSpan<UInt64>) -> (rank: UInt32, place: Int)? {
        guard count > 0 else { return nil }
        let first = elements[0]
        count -= 1
        let last = elements[count]
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < count else { break }
            if child + 1 < count, elements[child + 1] < elements[child] { child += 1 }
            if last <= elements[child] { break }
            elements[parent] = elements[child]
            parent = child
        }
        elements[parent] = last
        return (UInt32(truncatingIfNeeded: first >> 32), Int(first & 0xFFFF_FFFF))
    }
}
