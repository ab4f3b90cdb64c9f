/// The merges of a byte pair encoding: which two neighbouring tokens become one, and before which others.
struct MergeTable: Sendable {
    struct Merge {
        /// Place in the list of merges; lower ones go first.
        var rank: UInt32
        /// The token that the two become.
        var token: Int32
    }

    private struct Slot {
        var key: UInt64 = MergeTable.empty
        var merge = Merge(rank: 0, token: 0)
    }

    /// No pair's key: ids are positive.
    private static let empty = UInt64.max

    /// Open addressing, at most two thirds full.
    private var slots: [Slot]
    private let shift: UInt64
    /// The characters that the merges bring together.
    private(set) var neighbours: NeighbourSet

    /// - Parameter capacity: how many merges will be inserted at most.
    init(capacity: Int) {
        var bits: UInt64 = 4
        while 1 << bits < capacity + capacity / 2 + 1 { bits += 1 }
        slots = Array(repeating: Slot(), count: 1 << bits)
        shift = 64 - bits
        neighbours = NeighbourSet(capacity: capacity)
    }

    @inline(__always)
    subscript(left: Int32, right: Int32) -> Merge? {
        let slot = slots[slot(of: Self.key(left, right))]
        return slot.key == Self.empty ? nil : slot.merge
    }

    /// A pair that occurs again takes the later merge, as in the reference.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let key = Self.key(left, right)
        slots[slot(of: key)] = Slot(key: key, merge: merge)
    }

    /// Tells of the characters that an inserted merge brings together: the last of the left token and the first of the
    /// right one, in UTF-8.
    mutating func insertNeighbours(_ left: [UInt8], _ right: [UInt8]) {
        guard !left.isEmpty, !right.isEmpty else { return }
        let last = UTF8Coding.start(before: left.count, in: left.span)
        neighbours.insert(UTF8Coding.decode(left.span, at: last).scalar, UTF8Coding.decode(right.span, at: 0).scalar)
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// The slot that holds the key, or the empty one where it belongs.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        // Fibonacci hashing: the high bits of the product by 2⁶⁴/φ.
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> shift)
        while slots[slot].key != key, slots[slot].key != Self.empty { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }
}
