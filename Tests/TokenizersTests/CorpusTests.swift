import Foundation
import Testing
import Tokenizers

@Suite(
    "Whole files", .enabled(if: Golden.hasData, "models/minilm, or ../shared/data beside the checkout, is not there"))
struct CorpusTests {
    struct Digests: Decodable, CustomTestStringConvertible {
        struct File: Decodable, Equatable {
            var name: String
            var rows: Int
            var tokens: Int
            var digest: String
        }

        var tokenizer: String
        var files: [File]

        var testDescription: String { tokenizer }
    }

    @Test(
        "Each row becomes the reference's ids and offsets", arguments: try Golden.read([Digests].self, "corpora.json"))
    func digests(_ expected: Digests) throws {
        let file =
            switch expected.tokenizer {
            case "gpt2": Golden.data.appending(path: "gpt2/tokenizer.json").path
            case "minilm": Golden.minilm
            default: Golden.url(expected.tokenizer + "-tokenizer.json").path
            }
        let tokenizer = try Tokenizer(file: file)
        for expected in expected.files {
            let text = try String(contentsOf: Golden.data.appending(path: expected.name), encoding: .utf8)
            let sentences = text.split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
            var actual = expected
            actual.rows = sentences.count
            actual.tokens = 0
            var digest = Digest()
            for encoding in try tokenizer.encodeBatch(sentences, withOffsets: true) {
                actual.tokens += encoding.ids.count
                for (id, offsets) in zip(encoding.ids, try #require(encoding.offsets)) {
                    digest.add(id)
                    digest.add(Int32(offsets.lowerBound))
                    digest.add(Int32(offsets.upperBound))
                }
            }
            actual.digest = digest.description
            #expect(actual == expected)
        }
    }
}
