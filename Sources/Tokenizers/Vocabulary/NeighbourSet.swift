/// Which two characters may end up side by side in one token of a byte pair encoding.
///
/// Each pair of neighbours in a token was brought together by a merge, as the last character of its left part and the
/// first of its right one. Two characters that no merge brings together stay apart, so that a text can be cut between
/// them and its parts merged by themselves. The set is hashed into bits: it may hold a pair too many, never one too few.
struct NeighbourSet: Sendable {
    private var bits: [UInt64]
    private let shift: UInt64

    /// - Parameter capacity: how many pairs will be inserted at most.
    init(capacity: Int) {
        // Pairs recur in many merges, so this leaves most bits unset.
        var exponent: UInt64 = 10
        while 1 << exponent < 4 * capacity { exponent += 1 }
        bits = Array(repeating: 0, count: 1 << (exponent - 6))
        shift = 64 - exponent
    }

    mutating func insert(_ left: UInt32, _ right: UInt32) {
        let place = place(left, right)
        bits[place >> 6] |= 1 << UInt64(place & 63)
    }

    @inline(__always)
    func contains(_ left: UInt32, _ right: UInt32) -> Bool {
        let place = place(left, right)
        return bits[place >> 6] >> UInt64(place & 63) & 1 == 1
    }

    @inline(__always)
    private func place(_ left: UInt32, _ right: UInt32) -> Int {
        Int(truncatingIfNeeded: ((UInt64(left) << 32 | UInt64(right)) &* 0x9E37_79B9_7F4A_7C15) >> shift)
    }
}
