import Foundation
import JSONValues
import Testing
import Tokenizers

/// A tokenizer of 120 tokens, with every flag that an added token can have, and variants of it.
@Suite("A tokenizer.json's parts")
struct TinyTokenizerTests {
    struct Variant: Decodable, CustomTestStringConvertible {
        struct Row: Decodable {
            var text: String
            var ids: [Int32]
            var offsets: [[Int]]
            var pair: String
            var pairIds: [Int32]
            var pairTypeIds: [Int32]
            var pairOffsets: [[Int]]
            var pairMask: [Int]
            var bareIds: [Int32]
            var bareTypeIds: [Int32]
            var decoded: String
            var decodedText: String
        }

        var name: String
        var rows: [Row]

        var testDescription: String { name }
    }

    /// The tokenizer with a variant's change to its description. (Read apart from the rows, for a key decoding
    /// strategy would rewrite its keys.)
    private func tokenizer(_ name: String) throws -> Tokenizer {
        var description = try JSONValue(parsing: Golden.data("tiny-tokenizer.json"))
        let variants = try #require(try JSONValue(parsing: Golden.data("tiny.json")).arrayValue)
        let change = try #require(variants.first { $0["name"].stringValue == name })["change"]
        for (key, value) in change.objectValue ?? [:] {
            if let members = value.objectValue, members["type"] == nil {
                for (name, member) in members { description[key][name] = member }
            } else {
                description[key] = value
            }
        }
        return try Tokenizer(json: Array(try description.pretty.utf8), file: "variant.json")
    }

    @Test("Each variant gives what the reference gives", arguments: try Golden.read([Variant].self, "tiny.json"))
    func variants(_ variant: Variant) throws {
        let tokenizer = try tokenizer(variant.name)
        #expect(!variant.rows.isEmpty)
        for row in variant.rows {
            let comment = Comment(rawValue: row.text.debugDescription)
            let single = try tokenizer.encode(row.text, withOffsets: true)
            #expect(single.ids == row.ids, comment)
            #expect(single.offsets?.map { [$0.lowerBound, $0.upperBound] } == row.offsets, comment)

            let pair = try tokenizer.encode(row.text, pair: row.pair, withOffsets: true)
            #expect(pair.ids == row.pairIds, comment)
            #expect(pair.typeIDs == row.pairTypeIds, comment)
            #expect(pair.specialTokensMask == row.pairMask.map { $0 == 1 }, comment)
            #expect(pair.offsets?.map { [$0.lowerBound, $0.upperBound] } == row.pairOffsets, comment)

            let bare = try tokenizer.encode(row.text, pair: row.pair, addSpecialTokens: false)
            #expect(bare.ids == row.bareIds, comment)
            #expect(bare.typeIDs == row.bareTypeIds, comment)
            #expect(bare.offsets == nil)

            #expect(tokenizer.decode(row.pairIds, skipSpecialTokens: false) == row.decoded, comment)
            #expect(tokenizer.decode(row.pairIds) == row.decodedText, comment)
        }
    }

    private struct TruncatedRow: Decodable {
        var text: String
        var pair: String?
        var length: Int
        var ids: [Int32]
    }

    @Test("Truncation takes from the longer text and leaves special tokens")
    func truncation() throws {
        let tokenizer = try Golden.tinyTokenizer()
        for row in try Golden.read([TruncatedRow].self, "truncation.json") {
            let encoding = try tokenizer.encode(row.text, pair: row.pair, maximumLength: row.length, withOffsets: true)
            #expect(encoding.ids == row.ids, "\(row)")
            #expect(encoding.offsets?.count == row.ids.count)
            #expect(encoding.typeIDs.count == row.ids.count)
        }
        #expect(try tokenizer.encode("film", maximumLength: 2).ids == [2, 3])
        #expect(try tokenizer.encode("film film", addSpecialTokens: false, maximumLength: 0).ids == [])
        let error = try #require(throws: TokenizerError.self) { try tokenizer.encode("film", maximumLength: 1) }
        #expect(
            error.description
                == "maximum length: 1 tokens leave no room for the 2 special ones; allow more, or leave them out")
    }

    @Test("Tokens and ids lead to each other")
    func lookup() throws {
        let tokenizer = try Golden.tinyTokenizer()
        for id in 0..<Int32(tokenizer.vocabularySize) {
            let token = try #require(tokenizer.token(of: id))
            #expect(tokenizer.id(of: token) == id)
        }
        #expect(tokenizer.id(of: "Film Noir") == Int32(tokenizer.vocabularySize) - 7)
        #expect(tokenizer.id(of: "nothing of the kind") == nil)
        #expect(tokenizer.token(of: -1) == nil)
        #expect(tokenizer.token(of: .max) == nil)
        #expect(tokenizer.tokens(of: [2, 9999]) == ["[CLS]", nil])
    }

    @Test("A batch gives what its texts give one by one, in their order")
    func batch() throws {
        let tokenizer = try Golden.tinyTokenizer()
        let texts = (0..<1000).map { "film \($0) " + String(repeating: "good ", count: $0 % 7) }
        let pairs = texts.reversed().map { $0.uppercased() }
        let encodings = try tokenizer.encodeBatch(texts, pairs: pairs, maximumLength: 12, withOffsets: true)
        #expect(encodings.count == 1000)
        for (index, encoding) in encodings.enumerated() {
            #expect(
                try encoding
                    == tokenizer.encode(texts[index], pair: pairs[index], maximumLength: 12, withOffsets: true))
        }
        #expect(try tokenizer.encodeBatch([]) == [])
        #expect(throws: TokenizerError.self) { try tokenizer.encodeBatch(["a"], pairs: []) }
        #expect(throws: TokenizerError.self) { try tokenizer.encodeBatch(["a"], maximumLength: 1) }
    }
}
