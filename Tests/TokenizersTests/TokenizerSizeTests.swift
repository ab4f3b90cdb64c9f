import JSONValues
import Testing
import Tokenizers

@Suite("Files that ask for much memory")
struct TokenizerSizeTests {
    private func tokenizer(_ change: JSONValue) throws -> Tokenizer {
        let small = try JSONValue(parsing: Golden.data("tiny-words-tokenizer.json"))
        return try Tokenizer(json: Array(small.changed(by: change).canonical.utf8), file: "t.json")
    }

    @Test(
        "Replacements that double the text without end are given up",
        arguments: [
            ["type": "Replace", "pattern": ["String": "a"], "content": "aa"],
            ["type": "Replace", "pattern": ["Regex": "a"], "content": "aaaa"],
            ["type": "Prepend", "prepend": "aaaaaaaa"],
            ["type": "ByteLevel"],
        ] as [JSONValue])
    func growth(_ step: JSONValue) throws {
        let isPrepend = step["type"].stringValue == "Prepend"
        let steps = Array(repeating: step, count: 40)
        let sequence: JSONValue = ["type": "Sequence", "normalizers": .array(steps)]
        let tokenizer = try tokenizer(["normalizer": sequence])
        if isPrepend {
            #expect(try tokenizer.encode("é").ids.count == 1)
        } else {
            let error = try #require(throws: TokenizerError.self) { try tokenizer.encode("éa") }
            #expect(error.problem.contains("replacements make"), "\(error)")
        }
    }

    @Test("So are those of decoders")
    func decoderGrowth() throws {
        let step: JSONValue = ["type": "Replace", "pattern": ["String": "e"], "content": "ee"]
        let sequence: JSONValue = ["type": "Sequence", "decoders": .array(Array(repeating: step, count: 40))]
        let tokenizer = try tokenizer(["decoder": sequence])
        #expect(throws: TokenizerError.self) { try tokenizer.decode([1]) }
    }

    @Test("A pattern of many classes is refused")
    func patterns() {
        for pattern in [String(repeating: #"\w"#, count: 1000), "[" + String(repeating: #"\w"#, count: 1000) + "]"] {
            let change: JSONValue = [
                "pre_tokenizer": [
                    "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated", "invert": false,
                ]
            ]
            let error = #expect(throws: TokenizerError.self) { try tokenizer(change) }
            #expect(error?.description.contains("the pattern is too large") == true)
        }
    }

    @Test("Sequences in sequences are refused")
    func depth() {
        var normalizer: JSONValue = ["type": "NFC"]
        for _ in 0..<20 { normalizer = ["type": "Sequence", "normalizers": [normalizer]] }
        let error = #expect(throws: TokenizerError.self) { try tokenizer(["normalizer": normalizer]) }
        #expect(error?.description.contains("stand in each other more than 16 deep") == true)
    }
}
