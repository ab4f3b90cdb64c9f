import Foundation
import JSONValues
import Testing
import Tokenizers

/// What the library tokenizers learns: `Golden/trained.json`.
private struct TrainedGolden: Decodable, Sendable {
    struct Case: Decodable, Sendable {
        let size: Int
        let learned: [String]
        let merges: [[String]]
    }

    let texts: [String]
    let first: [String]
    let cases: [Case]

    static func read() throws -> TrainedGolden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/trained.json")
        return try JSONDecoder().decode(TrainedGolden.self, from: try Data(contentsOf: url))
    }
}

@Suite("A tokenizer that is learned")
struct BytePairTrainerTests {
    @Test("has the reference's tokens and merges", arguments: try TrainedGolden.read().cases)
    private func tokens(_ example: TrainedGolden.Case) throws {
        let golden = try TrainedGolden.read()
        let trainer = BytePairTrainer(
            texts: golden.texts, vocabularySize: example.size, specialTokens: ["<|endoftext|>"])
        #expect(Array(trainer.tokens.prefix(257)) == golden.first)
        #expect(Array(trainer.tokens.dropFirst(257)) == example.learned)
        #expect(trainer.merges.map { [$0.left, $0.right] } == example.merges)
    }

    @Test("reads what it learned from, and anything else, and gives it back")
    func roundTrip() throws {
        let golden = try TrainedGolden.read()
        let trainer = BytePairTrainer(texts: golden.texts, vocabularySize: 350, specialTokens: ["<|endoftext|>"])
        let tokenizer = try Tokenizer(json: Array(trainer.file.pretty.utf8), file: "tokenizer.json")
        for text in golden.texts + ["other words: ñandú \u{1F996}"] {
            let ids = try tokenizer.encode(text).ids
            #expect(try tokenizer.decode(ids) == text)
        }
        #expect(try tokenizer.encode("the").ids.count == 1)
        #expect(tokenizer.endID == 0)
        #expect(try tokenizer.encode("the<|endoftext|>").ids.last == 0)
    }
}
