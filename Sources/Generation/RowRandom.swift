/// The draws of one text: SplitMix64 (Steele, Lea and Flood 2014) from a state of the seed and the text's number, so that
/// neither other texts nor how they are put together in batches change them.
struct RowRandom {
    private var state: UInt64

    init(seed: UInt64, row: Int) {
        state = Self.mixed(seed ^ Self.mixed(UInt64(bitPattern: Int64(row)) &+ 0x9E37_79B9_7F4A_7C15))
    }

    /// A number from 0 to below 1.
    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Double(Self.mixed(state) >> 11) * 0x1p-53
    }

    /// A place, each as likely as its score says.
    mutating func place(by scores: [Float]) -> Int {
        let probabilities = ScoreProcessor.softmax(scores)
        var left = uniform() * Double(probabilities.reduce(0, +))
        var last = 0
        for (place, probability) in probabilities.enumerated() where probability > 0 {
            left -= Double(probability)
            last = place
            if left < 0 { return place }
        }
        return last
    }

    private static func mixed(_ state: UInt64) -> UInt64 {
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
