import Foundation
import JSONValues
import Testing
import Tokenizers

/// A tokenizer.json with a change to it, and what the reference makes of some texts.
struct Variant: Sendable, CustomTestStringConvertible {
    private struct Row: Decodable {
        var text: String
        var ids: [Int32]
        /// Nil where the reference's are wrong.
        var offsets: [[Int]]?
        var pair: String
        var pairIds: [Int32]
        var pairTypeIds: [Int32]
        var pairOffsets: [[Int]]?
        var pairMask: [Int]
        var bareIds: [Int32]
        var bareTypeIds: [Int32]
        var decoded: String
        var decodedText: String
    }

    private struct Rows: Decodable {
        var rows: [Row]
    }

    /// `tiny-bpe`, of which `tiny-bpe-tokenizer.json` and `tiny-bpe.json` are made.
    private let file: String
    private let index: Int
    private let change: JSONValue
    let testDescription: String

    static func all(_ file: String) throws -> [Variant] {
        let variants = try #require(try JSONValue(parsing: Golden.data(file + ".json")).arrayValue)
        return variants.enumerated().map { index, variant in
            Variant(
                file: file, index: index, change: variant["change"],
                testDescription: variant["name"].stringValue ?? "")
        }
    }

    private func tokenizer() throws -> Tokenizer {
        let description = try JSONValue(parsing: Golden.data(file + "-tokenizer.json")).changed(by: change)
        return try Tokenizer(json: Array(try description.pretty.utf8), file: "\(testDescription).json")
    }

    /// Expects that our tokenizer gives what the reference gave.
    func check() throws {
        let tokenizer = try tokenizer()
        let rows = try Golden.read([Rows].self, file + ".json")[index].rows
        #expect(!rows.isEmpty)
        for row in rows {
            let comment = Comment(rawValue: row.text.debugDescription)
            let single = try tokenizer.encode(row.text, withOffsets: true)
            #expect(single.ids == row.ids, comment)
            if let offsets = row.offsets {
                #expect(single.offsets?.map { [$0.lowerBound, $0.upperBound] } == offsets, comment)
            }

            let pair = try tokenizer.encode(row.text, pair: row.pair, withOffsets: true)
            #expect(pair.ids == row.pairIds, comment)
            #expect(pair.typeIDs == row.pairTypeIds, comment)
            #expect(pair.specialTokensMask == row.pairMask.map { $0 == 1 }, comment)
            if let offsets = row.pairOffsets {
                #expect(pair.offsets?.map { [$0.lowerBound, $0.upperBound] } == offsets, comment)
            }

            let bare = try tokenizer.encode(row.text, pair: row.pair, addSpecialTokens: false)
            #expect(bare.ids == row.bareIds, comment)
            #expect(bare.typeIDs == row.bareTypeIds, comment)
            #expect(bare.offsets == nil)

            #expect(try tokenizer.decode(row.pairIds, skipSpecialTokens: false) == row.decoded, comment)
            #expect(try tokenizer.decode(row.pairIds) == row.decodedText, comment)
        }
    }
}
