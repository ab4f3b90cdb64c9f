/// SplitMix64 (Steele, Lea and Flood 2014): a small generator whose sequence is fixed for good, so that a seed gives
/// the same split with every version of the standard library.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number below `bound`, without bias (Lemire 2019).
    mutating func next(below bound: Int) -> Int {
        let bound = UInt64(bound)
        var (high, low) = next().multipliedFullWidth(by: bound)
        if low < bound {
            let threshold = (0 &- bound) % bound
            while low < threshold { (high, low) = next().multipliedFullWidth(by: bound) }
        }
        return Int(high)
    }
}

extension Array {
    /// The elements in a random order (Fisher and Yates).
    func shuffled(using generator: inout SplitMix64) -> [Element] {
        var shuffled = self
        for index in shuffled.indices.dropFirst().reversed() {
            shuffled.swapAt(index, generator.next(below: index + 1))
        }
        return shuffled
    }
}
