/// Numbers that look random and are the same each time.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    /// A generator of its own for each input, so that any input can be had without those before it.
    init(seed: UInt64, target: String, input: Int) {
        state = seed
        for byte in target.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
        state &+= UInt64(input) &* 0xD134_2543_DE82_EF95
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
