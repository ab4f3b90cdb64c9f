import Foundation
import Generation
import JSONValues
import Testing

/// What transformers says: `Golden/generations.json`.
private struct Golden: Decodable, Sendable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Text: Decodable, Sendable {
            let tokens: [Int32]
            let complete: Bool
        }

        let name: String
        /// Each prompt is a batch of its own.
        let alone: Bool
        /// By setting, by prompt.
        let texts: [[Text]]

        var testDescription: String { name }
    }

    struct Processed: Decodable, Sendable {
        struct Case: Decodable, Sendable {
            let penalty: Double
            let temperature: Double
            let top_k: Int
            let top_p: Double
            /// Null for minus infinity.
            let scores: [[Float?]]
        }

        let scores: [[Float]]
        let texts: [[Int32]]
        let cases: [Case]
    }

    let prompts: [[Int32]]
    let new: Int
    let settings: [JSONValue]
    let cases: [Case]
    let processed: Processed

    private static let shared = Result {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/generations.json")
        return try JSONDecoder().decode(Golden.self, from: try Data(contentsOf: url))
    }

    static func read() throws -> Golden { try shared.get() }

    func configuration(_ settings: JSONValue) -> GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.maxNewTokens = new
        configuration.endIDs = Set(
            (settings["eos_token_id"].arrayValue ?? []).compactMap { $0.intValue.map(Int32.init) })
        if let beams = settings["num_beams"].intValue { configuration.numBeams = beams }
        if let penalty = settings["length_penalty"].doubleValue { configuration.lengthPenalty = penalty }
        if let penalty = settings["repetition_penalty"].doubleValue { configuration.repetitionPenalty = penalty }
        switch settings["early_stopping"] {
        case true: configuration.earlyStopping = .yes
        case "never": configuration.earlyStopping = .never
        default: break
        }
        return configuration
    }
}

@Suite("Beside transformers")
struct GoldenTests {
    @Test("the same tokens, with the best tokens and with beams", arguments: try Golden.read().cases)
    private func tokens(_ example: Golden.Case) throws {
        let golden = try Golden.read()
        let model = try SmallLanguageModel.named(example.name).tuned()
        for (settings, expected) in zip(golden.settings, example.texts) {
            // All at once, and one by one.
            for batchSize in example.alone ? [1] : [4, 1] {
                let generator = Generator(
                    model: model, configuration: golden.configuration(settings), batchSize: batchSize)
                let texts = try generator.generate(golden.prompts)
                let what: Comment = "\(try settings.canonical), \(batchSize) at once"
                #expect(texts.map(\.tokens) == expected.map(\.tokens), what)
                #expect(texts.map(\.isComplete) == expected.map(\.complete), what)
            }
        }
    }

    @Test("the same scores are left of a token's")
    func processed() throws {
        let golden = try Golden.read().processed
        for example in golden.cases {
            var configuration = GenerationConfiguration()
            configuration.repetitionPenalty = example.penalty
            var sampling = Sampling()
            sampling.temperature = example.temperature
            sampling.topK = example.top_k
            sampling.topP = example.top_p
            configuration.sampling = sampling
            let processor = ScoreProcessor(configuration)
            for (row, expected) in example.scores.enumerated() {
                var scores = golden.scores[row]
                processor(&scores, text: golden.texts[row])
                #expect(scores.map { $0 == -.infinity } == expected.map { $0 == nil }, "\(example)")
                for (score, expected) in zip(scores, expected) {
                    if let expected { #expect(abs(score - expected) < 1e-5) }
                }
            }
        }
    }
}
