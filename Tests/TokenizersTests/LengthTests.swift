import Foundation
import Testing
import Tokenizers

/// Texts that are cut and filled up, with a tokenizer that trims offsets, as RoBERTa's.
@Suite("Truncation and padding")
struct LengthTests {
    private struct Lengths: Decodable {
        struct Truncation: Decodable {
            var strategy: String
            var direction: String
            var length: Int
            var text: String
            var pair: String?
            /// Nil where the reference throws an error.
            var ids: [Int32]?
            var offsets: [[Int]]?
        }

        struct Padding: Decodable {
            struct Row: Decodable {
                var ids: [Int32]
                var typeIds: [Int32]
                var attentionMask: [Int]
                var specialTokensMask: [Int]
                var offsets: [[Int]]
            }

            var direction: String
            var length: Int?
            var multiple: Int?
            var texts: [String]
            var rows: [Row]
        }

        var truncations: [Truncation]
        var paddings: [Padding]
    }

    private let tokenizer: Tokenizer
    private let lengths: Lengths

    init() throws {
        tokenizer = try Tokenizer(file: Golden.url("tiny-roberta-tokenizer.json").path)
        lengths = try Golden.read(Lengths.self, "lengths.json")
    }

    @Test("Each strategy cuts from either end as the reference does, or says why it cannot")
    func truncation() throws {
        #expect(lengths.truncations.count == 108)
        for row in lengths.truncations {
            let setting = TruncationSetting(
                maximumLength: row.length, strategy: try #require(.init(rawValue: row.strategy)),
                direction: try #require(.init(rawValue: row.direction)))
            guard let ids = row.ids else {
                #expect(throws: TokenizerError.self, "\(row)") {
                    try tokenizer.encode(row.text, pair: row.pair, truncation: setting)
                }
                continue
            }
            let encoding = try tokenizer.encode(row.text, pair: row.pair, truncation: setting, withOffsets: true)
            #expect(encoding.ids == ids, "\(row)")
            #expect(encoding.offsets?.map { [$0.lowerBound, $0.upperBound] } == row.offsets, "\(row)")
        }
    }

    @Test("Shorter texts are filled up at either end")
    func padding() throws {
        for padding in lengths.paddings {
            let setting = PaddingSetting(
                tokenID: 1, token: "<pad>", typeID: 2, length: padding.length.map { .fixed($0) } ?? .longest,
                direction: try #require(.init(rawValue: padding.direction)), multiple: padding.multiple)
            var encodings = try tokenizer.encodeBatch(padding.texts, withOffsets: true)
            setting.pad(&encodings)
            #expect(encodings.count == padding.rows.count)
            for (encoding, row) in zip(encodings, padding.rows) {
                #expect(encoding.ids == row.ids)
                #expect(encoding.typeIDs == row.typeIds)
                #expect(encoding.attentionMask == row.attentionMask.map { $0 == 1 })
                #expect(encoding.specialTokensMask == row.specialTokensMask.map { $0 == 1 })
                #expect(encoding.offsets?.map { [$0.lowerBound, $0.upperBound] } == row.offsets)
            }
        }
    }

    @Test("A batch is cut as its texts are one by one")
    func batch() throws {
        let setting = TruncationSetting(maximumLength: 6, direction: .left)
        let texts = ["two  spaces and film", "it", "the best of films"]
        #expect(
            try tokenizer.encodeBatch(texts, truncation: setting, withOffsets: true)
                == texts.map { try tokenizer.encode($0, truncation: setting, withOffsets: true) })
    }

    @Test("What cannot be cut is told")
    func errors() throws {
        func message(_ setting: TruncationSetting, pair: String?) throws -> String {
            try #require(throws: TokenizerError.self) {
                try tokenizer.encode("two films", pair: pair, truncation: setting)
            }.description
        }
        #expect(
            try message(TruncationSetting(maximumLength: 3, strategy: .onlySecond), pair: nil)
                == "maximum length: there is no second text to cut; cut the first")
        #expect(
            try message(TruncationSetting(maximumLength: 5, strategy: .onlyFirst), pair: "two films").hasSuffix(
                "; cut both"))
        #expect(try message(TruncationSetting(maximumLength: 1), pair: nil).contains("leave no room for the 2 special"))
    }

    @Test("The settings of a file are those of the reference")
    func settings() throws {
        let tokenizer = try Golden.tinyTokenizer()
        #expect(tokenizer.truncation == TruncationSetting(maximumLength: 8))
        #expect(tokenizer.padding == PaddingSetting(tokenID: 0, token: "[PAD]"))
    }
}
