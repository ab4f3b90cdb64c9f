import Foundation
import JSONValues
import Testing

@testable import Tokenizers

@Suite("Byte pair encoding")
struct BytePairEncodingTests {
    @Test("Each variant gives what the reference gives", arguments: try Variant.all("tiny-bpe"))
    func variants(_ variant: Variant) throws {
        try variant.check()
    }

    private struct DecodedRow: Decodable {
        var ids: [Int32]
        var text: String
    }

    @Test("Any sequence of tokens decodes as by the reference, though its bytes be no UTF-8")
    func decoding() throws {
        let tokenizer = try Tokenizer(file: Golden.url("tiny-bpe-tokenizer.json").path)
        for row in try Golden.read([DecodedRow].self, "decoded-bytes.json") {
            #expect(try tokenizer.decode(row.ids) == row.text, "\(row.ids)")
        }
    }

    @Test("Bytes and their characters lead to each other")
    func alphabet() {
        #expect(Set(ByteAlphabet.scalars).count == 256)
        for (byte, scalar) in ByteAlphabet.scalars.enumerated() {
            #expect(ByteAlphabet.byte(of: scalar) == UInt8(byte))
        }
        #expect(ByteAlphabet.scalars[0x20] == ByteAlphabet.space.value)
        #expect(ByteAlphabet.byte(of: 0x20) == nil)
        #expect(ByteAlphabet.byte(of: 0x10FFFF) == nil)
    }

    @Test("Of equal merges the leftmost goes first")
    func leftmost() {
        var merges = MergeTable(capacity: 2)
        merges.insert(1, 1, MergeTable.Merge(rank: 0, token: 2))
        merges.insert(2, 1, MergeTable.Merge(rank: 1, token: 3))
        var merger = PairMerger()
        for index in 0..<5 { merger.append(1, index..<index + 1) }
        var pieces = Pieces()
        merger.finish(merges, into: &pieces)
        #expect(pieces.ids == [2, 3])
        #expect(pieces.ranges == [0..<2, 2..<5])
        #expect(merger.isEmpty)
    }

    @Test("A word of a hundred thousand characters takes no quadratic time", .timeLimit(.minutes(5)))
    func longWord() throws {
        let tokenizer = try Tokenizer(file: Golden.url("tiny-bpe-tokenizer.json").path)
        let word = String(repeating: "the", count: 33_333)
        let encoding = try tokenizer.encode(word)
        #expect(try tokenizer.decode(encoding.ids) == word)
    }

    @Test("What is encoded decodes to the same text")
    func roundTrip() throws {
        let tokenizer = try Tokenizer(file: Golden.url("tiny-bpe-tokenizer.json").path)
        for text in ["", " a  b\n", "naïve 漢字 👨‍👩‍👧", "e\u{301}\u{0}\u{10FFFF}", "<|end|> stays"] {
            #expect(try tokenizer.decode(try tokenizer.encode(text).ids, skipSpecialTokens: false) == text)
        }
        #expect(try tokenizer.decode(try tokenizer.encode("gone<|end|>").ids) == "gone")
        #expect(tokenizer.unknownID == nil)
        #expect(tokenizer.paddingID == tokenizer.id(of: "<pad>"))
    }

    @Test("What is wrong with the model is told")
    func errors() throws {
        func message(_ change: (inout JSONValue) -> Void) throws -> String {
            var description = try JSONValue(parsing: Golden.data("tiny-bpe-tokenizer.json"))
            change(&description)
            let bytes = Array(try description.pretty.utf8)
            return try #require(throws: TokenizerError.self) { try Tokenizer(json: bytes, file: "t.json") }.description
        }
        #expect(
            try message { $0["model"]["merges"] = ["a b", "a b c"] }
                == #"t.json: model.merges[1]: expected a merge, as "a b" or ["a", "b"]"#)
        #expect(
            try message { $0["model"]["merges"] = [["q", "zz"]] }
                == "t.json: model.merges[0]: `zz` is not in the vocabulary; add it, or take out the merge")
        #expect(
            try message { $0["model"]["dropout"] = 0.1 }
                == "t.json: model.dropout: random tokens are not supported; set it to null")
        #expect(
            try message { $0["model"]["unk_token"] = "<unk>" }
                == "t.json: model.unk_token: `<unk>` is not in the vocabulary; name one of its tokens, or add this one")
    }
}
