/// Damage to the header of a safetensors file, whose length is mostly put right afterwards.
struct SafetensorsMutation: StructuralMutation {
    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        guard bytes.count >= 8 else { return bytes }
        let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard length <= UInt64(bytes.count - 8) else { return bytes }
        let end = 8 + Int(length)
        var header = JSONMutation().mutated(Array(bytes[8..<end]), &random)
        var count = UInt64(header.count)
        switch Int.random(in: 0..<10, using: &random) {
        case 0: count = UInt64.random(in: .min ... .max, using: &random) >> UInt64.random(in: 0..<64, using: &random)
        case 1: header += Array(repeating: 0x20, count: Int.random(in: 0..<64, using: &random))
        default: break
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) } + header + bytes[end...]
    }
}
