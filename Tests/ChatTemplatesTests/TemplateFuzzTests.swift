import ChatTemplates
import Foundation
import JSONValues
import Testing

@Suite("Damaged templates")
struct TemplateFuzzTests {
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

    /// Pieces that may stand where they should not.
    private static let splinters = [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "(", ")", "[", "]", "{", "}", "'", "\"", "\\", "|", ".", ",",
        ":", "~", "+", "-", "*", "**", "//", "%", " is ", " not ", " in ", " if ", " else ", " and ", " or ", "loop.",
        "messages", "none", "|list", "|map(", "|tojson(indent=", "99999999", "[::-1]", "* 99999", "range(99999)",
        "{% endif %}", "{% endfor %}", "{% else %}", "{% set messages = messages + messages %}", "{% raw %}", "é", "\0",
    ].map { Array($0.utf8) }

    private static func mutated(_ bytes: [UInt8], _ other: [UInt8], _ generator: inout Generator) -> [UInt8] {
        var bytes = bytes
        for _ in 0...Int.random(in: 0..<2, using: &generator) where !bytes.isEmpty {
            let start = Int.random(in: 0..<bytes.count, using: &generator)
            let end = min(bytes.count, start + Int.random(in: 0..<24, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[start] = UInt8.random(in: 0...255, using: &generator)
            case 1: bytes.removeSubrange(start..<end)
            case 2: bytes.insert(contentsOf: bytes[start..<end], at: start)
            case 3, 4: bytes.replaceSubrange(start..<end, with: splinters.randomElement(using: &generator) ?? [])
            default:
                let from = Int.random(in: 0..<other.count, using: &generator)
                bytes.replaceSubrange(start..<end, with: other[from..<min(other.count, from + 80)])
            }
        }
        return bytes
    }

    @Test("3,000 damaged templates render or say what is wrong, within their limits", .timeLimit(.minutes(5)))
    func mutations() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(components: "Golden", "templates")
        let seeds = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            [UInt8](try Data(contentsOf: folder.appending(component: $0)))
        }
        let chat = Chat(
            messages: [
                ["role": "system", "content": "S"], ["role": "user", "content": "Hello"],
                ["role": "assistant", "content": "<think>x</think>y"],
            ], tools: [["type": "function", "function": ["name": "f", "parameters": ["type": "object"]]]],
            addsGenerationPrompt: true)
        let limits = TemplateLimits(steps: 20_000, outputBytes: 1 << 20, createdBytes: 4 << 20)
        var generator = Generator(state: 5)
        var (rendered, refused) = (0, 0)
        for round in 0..<3000 {
            let other = seeds.randomElement(using: &generator) ?? []
            let source = String(decoding: Self.mutated(seeds[round % seeds.count], other, &generator), as: UTF8.self)
            do {
                let template = try ChatTemplate(source: source, specialTokens: ["bos_token": "<s>"], limits: limits)
                #expect(try template.render(chat).text.utf8.count <= limits.outputBytes)
                rendered += 1
            } catch {
                #expect(!error.message.isEmpty || error.kind == .raised)
                refused += 1
            }
        }
        #expect(rendered > 200 && refused > 200, "\(rendered) rendered, \(refused) refused")
    }
}
