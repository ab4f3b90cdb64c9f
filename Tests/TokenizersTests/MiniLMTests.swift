import Foundation
import Testing
import Tokenizers

@Suite("MiniLM's tokenizer", .enabled(if: Golden.hasMinilm, "models/minilm is not there; `make setup` brings it"))
struct MiniLMTests {
    private struct Row: Decodable {
        var text: String
        var ids: [Int32]
        var offsets: [[Int]]
        var decoded: String
    }

    @Test("Texts that are hard to normalize become the reference's ids, offsets and text")
    func torture() throws {
        let tokenizer = try Tokenizer(file: Golden.minilm)
        for row in try Golden.read([Row].self, "minilm.json") {
            let encoding = try tokenizer.encode(row.text, withOffsets: true)
            #expect(encoding.ids == row.ids, "\(row.text.debugDescription)")
            #expect(
                encoding.offsets?.map { [$0.lowerBound, $0.upperBound] } == row.offsets,
                "\(row.text.debugDescription)")
            #expect(try tokenizer.decode(row.ids) == row.decoded)
        }
    }

    @Test("A folder tells the special tokens")
    func specialTokens() throws {
        let tokenizer = try Tokenizer(folder: URL(filePath: Golden.minilm).deletingLastPathComponent().path)
        #expect(tokenizer.vocabularySize == 30522)
        #expect(tokenizer.paddingID == 0)
        #expect(tokenizer.unknownID == 100)
        #expect(tokenizer.classificationID == 101)
        #expect(tokenizer.separatorID == 102)
        #expect(tokenizer.maskID == 103)
        #expect(tokenizer.beginningID == nil)
        #expect(tokenizer.endID == nil)
        #expect(tokenizer.truncation?.maximumLength == 128)
        #expect(tokenizer.padding?.tokenID == 0)
    }
}
