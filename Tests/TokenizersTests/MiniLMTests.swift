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
            #expect(tokenizer.decode(row.ids) == row.decoded)
        }
    }

    private struct FileDigest: Decodable, Equatable {
        var rows: Int
        var tokens: Int
        var digest: String
    }

    @Test(
        "All of SST-2 becomes the reference's ids and offsets",
        .enabled(if: Golden.hasSST2, "../shared/data/sst2 is not beside the checkout"),
        arguments: ["train", "dev"])
    func sst2(name: String) throws {
        let tokenizer = try Tokenizer(file: Golden.minilm)
        let text = try String(contentsOf: Golden.sst2.appending(path: "\(name).tsv"), encoding: .utf8)
        let sentences = text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
        var digest = Digest()
        var tokenCount = 0
        for encoding in try tokenizer.encodeBatch(sentences, withOffsets: true) {
            tokenCount += encoding.ids.count
            for (id, offsets) in zip(encoding.ids, try #require(encoding.offsets)) {
                digest.add(id)
                digest.add(Int32(offsets.lowerBound))
                digest.add(Int32(offsets.upperBound))
            }
        }
        let expected = try #require(try Golden.read([String: FileDigest].self, "sst2.json")[name])
        #expect(
            FileDigest(rows: sentences.count, tokens: tokenCount, digest: digest.description) == expected)
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
