/// Takes out, doubles and moves lines of a YAML document, puts what means something in YAML into the middle of others, and
/// adds what is huge or deep.
struct YAMLMutation: StructuralMutation {
    private static let pieces = [
        "$(", ")", "$$(", "$(r)", "$(seed)", ":", ": ", "- ", "{", "}", "[", "]", ", ", "\n", "\n  ", "\t", "~", "null",
        "1",
        "-0.5", ".inf", ".nan", "0x7f", "1e999", "9223372036854775808", "true", "é", "\u{301}", "\u{FEFF}", "\u{2028}",
        "\u{202E}", "\u{0}", "\u{85}", "👩‍👩‍👧", "&a ", "*a", "<<: *a", "\"", "'", "#", "|\n", ">-\n", "---\n", "...\n",
        "%YAML 1.3\n",
        "!!binary ", "!x ", "? ", "matrix: {n: [1, 2]}", "matrix: [{n: 1}]", "$(n)", "include: [p.yaml]", "env: HOME",
        "uses: ", "from: ", "with: ", "[reviews, tokens]",
    ]

    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0, 1, 2, 3: splice(&bytes, &random)
            case 4, 5: moveLine(&bytes, &random)
            default:
                // What is expensive is rare, or nothing else would be tried.
                if Int.random(in: 0..<16, using: &random) == 0 {
                    enlarge(&bytes, &random)
                } else {
                    splice(&bytes, &random)
                }
            }
        }
        return bytes
    }

    private func splice(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 0..<12, using: &random))
        let piece = Self.pieces[Int.random(in: 0..<Self.pieces.count, using: &random)]
        bytes.replaceSubrange(start..<end, with: piece.utf8)
    }

    private func moveLine(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Array.init)
        let from = Int.random(in: 0..<lines.count, using: &random)
        let line = Bool.random(using: &random) ? lines[from] : lines.remove(at: from)
        lines.insert(line, at: Int.random(in: 0...lines.count, using: &random))
        bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }

    private func enlarge(_ bytes: inout [UInt8], _ random: inout SplitMix64) {
        let depth = Int.random(in: 1...10_000, using: &random)
        let large =
            switch Int.random(in: 0..<7, using: &random) {
            case 0: String(repeating: "[", count: depth)
            case 1: String(repeating: "{a: ", count: depth) + "1" + String(repeating: "}", count: depth)
            case 2: (0..<min(depth, 400)).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
            case 3: "x: " + String(repeating: "long ", count: depth * 4)
            case 4:
                // Each anchor is a list of ten of the one before it.
                "x0: &x0 [1]\n"
                    + (1...9).map {
                        "x\($0): &x\($0) [\(repeatElement("*x\($0 - 1)", count: 10).joined(separator: ", "))]\n"
                    }.joined()
            case 5: (0..<depth).map { "  s\($0): {uses: lora, with: {r: \($0)}}\n" }.joined()
            default: "matrix: {n: [\((0..<depth).map(String.init).joined(separator: ","))], m: [1, 2, 3]}"
            }
        let place = Bool.random(using: &random) ? bytes.count : Int.random(in: 0...bytes.count, using: &random)
        bytes.insert(contentsOf: large.utf8, at: place)
    }
}
