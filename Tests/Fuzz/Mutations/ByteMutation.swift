/// Damage to a file's bytes, whatever they mean.
enum ByteMutation {
    /// Texts that may stand where they should not.
    private static let splinters = [
        "null", "true", "-1", "1e999", "-0", "99999999999999999999", "9223372036854775807", "\"\"", "\"\\ud800\"", "[]",
        "{}", "{", "}", "[", "]", ",", ":", "\\", "\"", "0", "\u{0}", "\u{FEFF}", "e\u{301}",
    ].map { Array($0.utf8) }

    static func mutated(_ bytes: [UInt8], other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<Int.random(in: 1...4, using: &random), using: &random) {
            guard !bytes.isEmpty else { return bytes }
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = min(bytes.count, start + Int.random(in: 0..<32, using: &random))
            switch Int.random(in: 0..<9, using: &random) {
            case 0: bytes[start] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(start..<end)
            case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 4: bytes.replaceSubrange(start..<end, with: splinters.randomElement(using: &random) ?? [])
            case 5: bytes.insert(contentsOf: splinters.randomElement(using: &random) ?? [], at: start)
            case 6:
                guard Int.random(in: 0..<4, using: &random) == 0 else { continue }
                bytes.removeSubrange(start...)
            case 7: splice(&bytes, other, at: start..<end, &random)
            default: growNumber(&bytes, from: start, &random)
            }
        }
        return bytes
    }

    private static func splice(
        _ bytes: inout [UInt8], _ other: [UInt8], at range: Range<Int>, _ random: inout SplitMix64
    ) {
        guard !other.isEmpty else { return }
        let from = Int.random(in: 0..<other.count, using: &random)
        let to = min(other.count, from + Int.random(in: 0..<200, using: &random))
        bytes.replaceSubrange(range, with: other[from..<to])
    }

    /// Makes the next number in the text much larger, or another.
    private static func growNumber(_ bytes: inout [UInt8], from start: Int, _ random: inout SplitMix64) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes[start...].firstIndex(where: { digits.contains($0) }) else { return }
        let end = bytes[first...].firstIndex { !digits.contains($0) } ?? bytes.count
        let count = Int.random(in: 1...20, using: &random)
        let number = (0..<count).map { _ in UInt8.random(in: digits, using: &random) }
        bytes.replaceSubrange(first..<end, with: number)
    }
}
