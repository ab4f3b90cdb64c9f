import Foundation
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

    @Test("Ids far beyond the others are read, and those between take no memory")
    func sparseIDs() throws {
        var words: [String: JSONValue] = ["[UNK]": 0, "far": 16_777_215, "middle": 70_000]
        for id in 1..<40 { words["w\(id)"] = .int(3 * id) }
        let change: JSONValue = [
            "model": ["type": "WordLevel", "vocab": .object(words), "unk_token": "[UNK]"], "added_tokens": [],
            "post_processor": nil,
        ]
        let before = try residentBytes()
        // An array of all ids would take 128 MiB in each. Other tests take some memory at the same time.
        let tokenizers = try (0..<8).map { _ in try tokenizer(change) }
        #expect(try residentBytes() - before < 512 << 20)
        for tokenizer in tokenizers {
            #expect(tokenizer.vocabularySize == 42)
            #expect(try tokenizer.encode("w39 far middle none").ids == [117, 16_777_215, 70_000, 0])
            #expect(tokenizer.tokens(of: [117, 16_777_215, 70_000]) == ["w39", "far", "middle"])
            #expect(tokenizer.tokens(of: [-1, 1, 118, 69_999, 16_777_214, .max]) == Array(repeating: nil, count: 6))
        }
    }

    @Test("An id is given once, wherever it lies", arguments: [1, 16_777_215])
    func doubledIDs(_ id: Int) throws {
        let change: JSONValue = [
            "model": ["type": "WordLevel", "vocab": ["[UNK]": 0, "a": .int(id), "b": .int(id)], "unk_token": "[UNK]"],
            "added_tokens": [], "post_processor": nil,
        ]
        let error = #expect(throws: TokenizerError.self) { try tokenizer(change) }
        #expect(error?.problem == "id \(id) is given to `a` already; each token needs its own")
    }

    /// The memory of this process.
    private func residentBytes() throws -> Int {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return try #require(pages.count > 1 ? Int(pages[1]) : nil) * sysconf(Int32(_SC_PAGESIZE))
    }

    @Test("Hundreds of regular expressions are refused before one is compiled")
    func patternCount() {
        let split: JSONValue = [
            "type": "Split", "pattern": ["Regex": "\\p{L}+"], "behavior": "Isolated", "invert": false,
        ]
        let inner: JSONValue = ["type": "Sequence", "pretokenizers": .array(Array(repeating: split, count: 20))]
        let outer: JSONValue = ["type": "Sequence", "pretokenizers": .array(Array(repeating: inner, count: 4))]
        let error = #expect(throws: TokenizerError.self) { try tokenizer(["pre_tokenizer": outer]) }
        #expect(error?.description.contains("there are 80 regular expressions; expected at most 64") == true)
    }

    @Test("Sequences in sequences are refused")
    func depth() {
        var normalizer: JSONValue = ["type": "NFC"]
        for _ in 0..<20 { normalizer = ["type": "Sequence", "normalizers": [normalizer]] }
        let error = #expect(throws: TokenizerError.self) { try tokenizer(["normalizer": normalizer]) }
        #expect(error?.description.contains("stand in each other more than 16 deep") == true)
    }
}
