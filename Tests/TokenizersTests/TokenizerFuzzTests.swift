import Foundation
import JSONValues
import Testing

@testable import Tokenizers

@Suite("Damaged tokenizers and texts")
struct TokenizerFuzzTests {
    /// Numbers that look random and are the same each time (SplitMix64).
    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
            return value ^ value >> 31
        }
    }

    /// Pieces of JSON that may stand where they should not.
    private static let splinters = [
        "null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\ud800\"", "[]", "{}", "{", "}", "]", ",",
        "\\", "\"", "\"type\":\"WordPiece\"", "\"vocab\":{}", "0", "\"type\":\"Sequence\"", "(", "[^", "{9}+", "\\\\p{",
        "\"Regex\":", "AAAA", "/w==",
    ].map { Array($0.utf8) }

    private static func mutated(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<3, using: &generator) {
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            let end = min(bytes.count, start + Int.random(in: 0..<12, using: &generator))
            switch Int.random(in: 0..<5, using: &generator) {
            case 0: bytes[start] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 3: bytes.replaceSubrange(start..<end, with: splinters.randomElement(using: &generator) ?? [])
            default: bytes.removeSubrange(start...)
            }
            if bytes.isEmpty { break }
        }
        return bytes
    }

    @Test(
        "No damage to a tokenizer.json crashes; what still reads still works", .timeLimit(.minutes(10)),
        arguments: [
            "tiny-wordpiece-tokenizer.json", "tiny-bpe-tokenizer.json", "tiny-sentencepiece-tokenizer.json",
            "tiny-unigram-tokenizer.json",
        ])
    func mutations(name: String) throws {
        // A shorter spelling makes 2,000 readings quick and each mutation tell.
        let object = try JSONSerialization.jsonObject(with: Golden.data(name))
        let seed = Array(try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]))
        var generator = Generator(state: 7)
        var readable = 0
        for _ in 0..<2000 {
            let bytes = Self.mutated(seed, &generator)
            do {
                let tokenizer = try Tokenizer(json: bytes, file: "t.json")
                readable += 1
                let encoding = try tokenizer.encode(
                    "The film <both> plays \u{301}é中 [MASK]", pair: "word", maximumLength: 9, withOffsets: true)
                #expect(encoding.ids.count == encoding.offsets?.count)
                _ = try tokenizer.decode(encoding.ids)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(readable > 20, "some leave it readable")
    }

    @Test("No damage to a component crashes", .timeLimit(.minutes(10)))
    func components() throws {
        // A vocabulary of five words, so that most mutations meet the component.
        let small = try JSONValue(parsing: Golden.data("tiny-words-tokenizer.json"))
        var generator = Generator(state: 17)
        var readable = 0
        for variant in try FamilyTests.Variant.all() {
            var change = variant.change.objectValue ?? [:]
            if change["model"]?["type"].isNull == true { change["model"] = nil }
            change["added_tokens"] = []
            let seed = Array(try small.changed(by: .object(change)).canonical.utf8)
            for _ in 0..<60 {
                guard let tokenizer = try? Tokenizer(json: Self.mutated(seed, &generator), file: "t.json")
                else { continue }
                readable += 1
                for text in [
                    "", "The \u{301}é中 ﬁ\r\n a--b ' 12 \u{1F468}\u{200D}\u{1F469}", String(repeating: "a ", count: 300),
                ] {
                    guard let encoding = try? tokenizer.encode(text, pair: "x", withOffsets: true) else { continue }
                    #expect(encoding.offsets?.count == encoding.ids.count)
                    _ = try? tokenizer.decode(encoding.ids)
                }
            }
        }
        #expect(readable > 100, "some leave it readable")
    }

    @Test("Tables of replacements that are none are refused, or replace nothing outside of themselves")
    func characterMaps() {
        var generator = Generator(state: 19)
        let text = Array("The \u{301}é中 ﬁ \u{1}".utf8)
        var readable = 0
        for _ in 0..<2000 {
            let count = UInt8.random(in: 0..<12, using: &generator)
            let bytes =
                [count * 4, 0, 0, 0]
                + (0..<4 * Int(count)).map { _ in UInt8.random(in: 0...255, using: &generator) }
                + (0..<Int.random(in: 0..<8, using: &generator)).map { _ in UInt8.random(in: 0..<128, using: &generator)
                }
            guard let map = CharacterMap(bytes) else { continue }
            readable += 1
            for start in text.indices {
                guard let range = map.replacement(of: text.span, start..<text.count) else { continue }
                #expect(range.upperBound <= map.strings.count)
            }
        }
        #expect(readable > 1000)
        #expect(CharacterMap([]) == nil)
        #expect(CharacterMap([8, 0, 0, 0, 1, 1, 1, 1]) == nil, "the table is shorter than it says")
        #expect(CharacterMap([255, 255, 255, 255, 0, 0, 0, 0]) == nil)
        #expect(CharacterMap([4, 0, 0, 0, 0, 0, 0, 0, 0xFF]) == nil, "the strings are no UTF-8")
    }

    @Test("Random bytes are no tokenizer")
    func randomBytes() {
        var generator = Generator(state: 11)
        for _ in 0..<1000 {
            let bytes = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            #expect(throws: TokenizerError.self) { try Tokenizer(json: bytes, file: "t.json") }
        }
    }

    @Test("Random texts have tokens whose offsets go forward and stay within")
    func randomTexts() throws {
        let tokenizer = try Golden.tinyTokenizer()
        var generator = Generator(state: 13)
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                let limit: UInt32 = Bool.random(using: &generator) ? 0x400 : 0x11_0000
                if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
                    text.unicodeScalars.append(scalar)
                }
            }
            let encoding = try tokenizer.encode(text, addSpecialTokens: false, withOffsets: true)
            let offsets = try #require(encoding.offsets)
            #expect(offsets.count == encoding.ids.count)
            #expect(offsets.allSatisfy { $0.upperBound <= text.unicodeScalars.count })
            #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0.lowerBound <= $1.lowerBound })
        }
    }
}
