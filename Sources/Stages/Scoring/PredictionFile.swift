import Foundation
import JSONValues
import Models
import Training

/// `predictions.jsonl`: a row an example, `{"id", …}`.
///
/// - One class: `label`?, `predicted`, `probability`, `logits`.
/// - Several classes: `labels`?, `predicted` (names), `probabilities`, `logits`.
/// - Numbers: `numbers`?, `predicted`.
/// - Tags: `tags`, `predicted` (of each word), `loss`.
/// - Requests of several adapters have `adapter`.
/// - Language: `tokens` and how many of them are `correct`, `loss` (the mean of the tokens').
struct PredictionFile {
    static let name = "predictions.jsonl"

    let learned: LearnedTask

    func write(_ predictions: [Prediction], examples: [TokenizedExample], to folder: String) throws {
        try Self.write(
            zip(examples, predictions).map { example, prediction in
                var row = row(prediction)
                row["id"] = .int(example.id)
                switch example.target {
                case .label(let label): row["label"] = .string(learned.labels[label])
                case .labels(let labels): row["labels"] = .array(labels.map { .string(learned.labels[$0]) })
                case .numbers(let numbers): row["numbers"] = .array(numbers.map(Self.number))
                case .tags, .answer, .turns, .none: break
                }
                return row
            }, to: folder)
    }

    func write(_ logits: [[Float]], texts: [String], to folder: String) throws {
        try Self.write(
            zip(texts, logits).enumerated().map { index, pair in
                var row = row(.scores(pair.1))
                row["id"] = .int(index)
                row["text"] = .string(pair.0)
                return row
            }, to: folder)
    }

    static func write(_ rows: [JSONValue], to folder: String) throws {
        let text = try rows.map { try $0.canonical + "\n" }.joined()
        try ArtifactFile.write(text.utf8, name, in: folder)
    }

    func row(_ prediction: Prediction) -> JSONValue {
        switch prediction {
        case .scores(let scores): scoresRow(scores)
        case .tokens(let tokens): tokensRow(tokens)
        }
    }

    private func scoresRow(_ scores: [Float]) -> JSONValue {
        let logits = JSONValue.array(scores.map(Self.number))
        switch learned.problemType {
        case .singleLabel:
            let predicted = Evaluation.predictedClass(scores)
            return [
                "predicted": .string(learned.labels[predicted]),
                "probability": .double(Evaluation.softmax(scores)[predicted]), "logits": logits,
            ]
        case .multiLabel:
            return [
                "predicted": .array(zip(learned.labels, scores).filter { $0.1 > 0 }.map { .string($0.0) }),
                "probabilities": .array(scores.map { .double(Evaluation.sigmoid($0)) }), "logits": logits,
            ]
        case .regression: return ["predicted": logits]
        }
    }

    private func tokensRow(_ tokens: TokenPrediction) -> JSONValue {
        let mean: JSONValue = .double(tokens.targets.isEmpty ? 0 : tokens.lossSum / Double(tokens.targets.count))
        guard learned.task == .tokenClassification else {
            let hits = zip(tokens.targets, tokens.predicted).count { $0 == $1 }
            return ["tokens": .int(tokens.targets.count), "correct": .int(hits), "loss": mean]
        }
        func names(_ classes: [Int32]) -> JSONValue { .array(classes.map { .string(learned.labels[Int($0)]) }) }
        return ["tags": names(tokens.targets), "predicted": names(tokens.predicted), "loss": mean]
    }

    /// A float's shortest spelling as a double would show digits that the float does not have.
    private static func number(_ value: Float) -> JSONValue { .double(Double("\(value)") ?? Double(value)) }
}
