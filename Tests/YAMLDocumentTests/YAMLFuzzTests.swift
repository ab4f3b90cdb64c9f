import Diagnostics
import Foundation
import Testing
import YAMLDocument

@Suite("Damaged documents")
struct YAMLFuzzTests {
    @Test("5,000 damaged pipelines are read or refused, with places inside the text")
    func mutations() throws {
        var random = SplitMix64(state: 13)
        let seeds = try Self.pipelines() + [Self.torture]
        for round in 0..<5000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.damage(&bytes, using: &random) }
            check(bytes)
        }
    }

    private func check(_ bytes: [UInt8]) {
        guard let source = try? SourceText(path: "fuzz.yaml", utf8: bytes) else { return }
        let (root, diagnostics) = YAMLDocument.parse(source)
        #expect(root != nil || !diagnostics.isEmpty, "no tree and no reason: \(source.contents.debugDescription)")
        for location in diagnostics.flatMap({ [$0.location] + $0.notes.map(\.location) }).compactMap({ $0 }) {
            let columns = source.line(location.line)?.unicodeScalars.count
            #expect(
                columns.map { location.column <= $0 + 1 } == true, "\(location) in \(source.contents.debugDescription)")
        }
        let shown = DiagnosticRenderer(color: false).render(diagnostics)
        #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }

    private static func damage(_ bytes: inout [UInt8], using random: inout SplitMix64) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let length = min(bytes.count - place, Int.random(in: 1...24, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: bytes.removeSubrange(place..<place + length)
        case 2:
            bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0...bytes.count, using: &random))
        case 3: bytes.insert(contentsOf: (tokens.randomElement(using: &random) ?? "").utf8, at: place)
        case 4: bytes.removeSubrange(place...)
        default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        }
    }

    private static let tokens = [
        "\n", "\r", "\t", "  ", ": ", "- ", "? ", "[", "]", "{", "}", ",", "#", "&a ", "*a", "!!str ", "!x ", "|", ">",
        "'",
        "\"", "%", "@", "`", "---", "...", "<<: ", "\\x", "\u{0}", "\u{FEFF}", "\u{2028}", "日本", "👩‍👩‍👧", "e\u{301}",
        "1e999",
    ]

    /// The pipelines of this repository.
    private static func pipelines() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../pipelines")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return try files.filter { $0.pathExtension == "yaml" }.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    /// One of everything.
    private static let torture = """
        %YAML 1.2
        --- # a comment
        version: 1
        params: {r: 8, 'rate': 5.0e-4, "größe": "日本 \\u00e9", deep: [[1, 2], {a: b}]}
        defaults: &defaults
          epochs: 3
          seed: !!int 42
        stages:
          reviews:
            uses: data
            with: {source: datasets/sentiment/reviews.jsonl, split: {train: 0.8, test: 0.2}}
          adapter:
            <<: *defaults
            target_modules:
            - query
            - value
            text: |
              two
              lines
            folded: >-
              one
              line
            ? explicit
            : $(r)
        ...
        """
}

/// A small generator with a fixed sequence, so that a failure can be repeated.
private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
