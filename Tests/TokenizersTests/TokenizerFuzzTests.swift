import Foundation
import Testing
import Tokenizers

@Suite("Damaged tokenizers and texts")
struct TokenizerFuzzTests {
    /// Numbers that look random and are the same each time (SplitMix64).
    private struct Generator: RandomNumberGenerator {
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
        "\\", "\"", "\"type\":\"WordPiece\"", "\"vocab\":{}", "0",
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
        "No damage to a tokenizer.json crashes; what still reads still works", .timeLimit(.minutes(2)),
        arguments: ["tiny-wordpiece-tokenizer.json", "tiny-bpe-tokenizer.json"])
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
