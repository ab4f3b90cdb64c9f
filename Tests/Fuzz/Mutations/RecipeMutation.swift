/// Damage to the entries of a tar archive, whose sums and sizes are mostly put right afterwards, so that more than sums are
/// tried.
struct RecipeMutation: StructuralMutation {
    private static let block = 512

    private static let paths = [
        "../x", "/tmp/x", "a/../../x", ".peft-pipeline/format", "recipe.json", "p.yaml", "a//b",
        "results/traces/x.json",
        "results/objects/x/y", "\u{0}", String(repeating: "d/", count: 49) + "x",
    ]

    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var entries = Self.entries(bytes)
        guard !entries.isEmpty else { return bytes }
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: entries.indices, using: &random)
            switch Int.random(in: 0..<7, using: &random) {
            case 0:
                Self.put(Array(Self.paths.randomElement(using: &random)?.utf8 ?? "".utf8), at: 0, 100, &entries[index])
            case 1: entries[index][156] = UInt8.random(in: 0x2f...0x7a, using: &random)
            case 2: entries.insert(entries[index], at: Int.random(in: entries.indices, using: &random))
            case 3: entries.remove(at: index)
            case 4: entries.swapAt(index, Int.random(in: entries.indices, using: &random))
            case 5:
                let size = UInt64.random(in: 0...1 << 40, using: &random) >> UInt64.random(in: 0..<40, using: &random)
                Self.put(Array(String(size, radix: 8).utf8), at: 124, 12, &entries[index])
            default: entries[0] = Self.withContent(entries[0], mutatedBy: &random)
            }
            if entries.isEmpty { return [UInt8](repeating: 0, count: 2 * Self.block) }
        }
        if Int.random(in: 0..<8, using: &random) > 0 {
            for index in entries.indices { Self.mendSum(&entries[index]) }
        }
        return entries.flatMap { $0 } + [UInt8](repeating: 0, count: 2 * Self.block)
    }

    /// Each entry's header with its content.
    private static func entries(_ bytes: [UInt8]) -> [[UInt8]] {
        var entries: [[UInt8]] = []
        var start = 0
        while start + block <= bytes.count, bytes[start] != 0 {
            let digits = bytes[start + 124..<start + 135].prefix { (0x30...0x37).contains($0) }
            let size = Int(String(decoding: digits, as: UTF8.self), radix: 8) ?? 0
            let end = min(bytes.count, start + block + (size + block - 1) / block * block)
            entries.append(Array(bytes[start..<end]))
            start = end
        }
        return entries
    }

    private static func put(_ text: [UInt8], at offset: Int, _ width: Int, _ entry: inout [UInt8]) {
        for index in 0..<width { entry[offset + index] = index < text.count ? text[index] : 0 }
    }

    /// The list of files, damaged as JSON, with its size.
    private static func withContent(_ entry: [UInt8], mutatedBy random: inout SplitMix64) -> [UInt8] {
        let content = JSONMutation().mutated(Array(entry[block...].prefix { $0 != 0 }), &random)
        var header = Array(entry[..<block])
        put(Array(String(content.count, radix: 8).utf8), at: 124, 12, &header)
        let padding = (block - content.count % block) % block
        return header + content + [UInt8](repeating: 0, count: padding)
    }

    private static func mendSum(_ entry: inout [UInt8]) {
        let sum = entry[..<block].enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element))
        }
        let digits = String(sum, radix: 8)
        put(
            Array((String(repeating: "0", count: max(0, 6 - digits.count)) + digits).utf8) + [0, 0x20], at: 148, 8,
            &entry)
    }
}
