import Foundation
import Testing
import Tokenizers

/// A tokenizer of 120 tokens, with every flag that an added token can have, and variants of it.
@Suite("A tokenizer.json's parts")
struct TinyTokenizerTests {
    @Test("Each variant gives what the reference gives", arguments: try Variant.all("tiny-wordpiece"))
    func variants(_ variant: Variant) throws {
        try variant.check()
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
