import Foundation
import Testing

@testable import TextMetrics

/// What sacrebleu and rouge_score say: `Golden/text_scores.json`.
private struct Golden: Decodable {
    struct Text: Decodable {
        let text: String
        let references: [String]
    }

    struct Corpus: Decodable, CustomTestStringConvertible {
        let name: String
        let texts: [Text]
        let bleu: Double
        let chrf: Double
        let rouge_1: Double
        let rouge_2: Double
        let rouge_l: Double

        var testDescription: String { name }
        var referred: [ReferredText] { texts.map { ReferredText(text: $0.text, references: $0.references) } }
    }

    struct Tokens: Decodable {
        let text: String
        let tokens: [String]
    }

    let tokens: [Tokens]
    let cases: [Corpus]

    static func read() throws -> Golden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/text_scores.json")
        return try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: url))
    }
}

@Suite("Texts beside their references")
struct TextMetricsTests {
    @Test("have sacrebleu's BLEU", arguments: try Golden.read().cases)
    private func bleu(_ corpus: Golden.Corpus) {
        #expect(abs(BLEU(corpus.referred).score - corpus.bleu) < 1e-9)
    }

    @Test("have sacrebleu's chrF", arguments: try Golden.read().cases)
    private func chrf(_ corpus: Golden.Corpus) {
        #expect(abs(ChrF(corpus.referred).score - corpus.chrf) < 1e-9)
    }

    @Test("have rouge_score's ROUGE", arguments: try Golden.read().cases)
    private func rouge(_ corpus: Golden.Corpus) {
        #expect(abs(ROUGE.runs(1).score(corpus.referred) - corpus.rouge_1) < 1e-12)
        #expect(abs(ROUGE.runs(2).score(corpus.referred) - corpus.rouge_2) < 1e-12)
        #expect(abs(ROUGE.longest.score(corpus.referred) - corpus.rouge_l) < 1e-12)
    }

    @Test("are cut into tokens as WMT does")
    func tokens() throws {
        for line in try Golden.read().tokens {
            #expect(Tokenizer13a.tokens(of: line.text) == line.tokens, "\(line.text.debugDescription)")
        }
    }

    @Test("equal a reference up to white space at the ends")
    func exactMatch() {
        let texts = [
            ReferredText(text: " Lima\n", references: ["Quito", "Lima"]),
            ReferredText(text: "lima", references: ["Lima"]),
            ReferredText(text: "Li ma", references: ["Lima"]), ReferredText(text: "", references: [" "]),
        ]
        #expect(texts.map(\.isExact) == [true, false, false, true])
        #expect(texts.exactMatch == 0.5)
        #expect([ReferredText]().exactMatch == 0)
    }
}
