/// Where each id's token stands in the bytes of all tokens.
///
/// Ids are mostly those below the number of tokens, and these are found in an array. A vocabulary that was thinned out
/// and not numbered anew has ids far beyond as well, which a hash table holds: memory goes by the number of tokens, not by
/// the largest id.
struct TokenExtents: Sendable {
    private struct Extent {
        var start: UInt32 = 1
        /// Before `start` for an id that no token has.
        var end: UInt32 = 0

        var range: Range<Int>? { start <= end ? Int(start)..<Int(end) : nil }
    }

    private var near: [Extent]
    private var far: [Int32: Extent] = [:]

    /// - Parameter ids: those that will have a token.
    init(for ids: some Collection<Int32>) {
        // An array with as many gaps as tokens is no larger than the table, and quicker.
        near = Array(repeating: Extent(), count: min(Int(ids.max() ?? -1) + 1, 2 * ids.count))
    }

    /// The bytes of an id's token; nil where there is none.
    subscript(id: Int32) -> Range<Int>? {
        get {
            if near.indices.contains(Int(id)) { return near[Int(id)].range }
            return far.isEmpty ? nil : far[id]?.range
        }
        set {
            let extent = newValue.map { Extent(start: UInt32($0.lowerBound), end: UInt32($0.upperBound)) } ?? Extent()
            if near.indices.contains(Int(id)) { near[Int(id)] = extent } else { far[id] = extent }
        }
    }
}
