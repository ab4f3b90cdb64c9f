import Foundation
import JSONValues
import Training

/// `predictions.jsonl`: a row an example, `{"id", "label"?, "predicted", "probability", "logits"}`.
enum PredictionFile {
    static let name = "predictions.jsonl"

    static func write(_ logits: [[Float]], examples: [TokenizedExample], names: [String], to folder: String) throws {
        try write(
            zip(examples, logits).map { example, scores in
                var row = row(scores, names: names)
                row["id"] = .int(example.id)
                if names.indices.contains(example.label) { row["label"] = .string(names[example.label]) }
                return row
            }, to: folder)
    }

    static func write(_ logits: [[Float]], texts: [String], names: [String], to folder: String) throws {
        try write(
            zip(texts, logits).enumerated().map { index, pair in
                var row = row(pair.1, names: names)
                row["id"] = .int(index)
                row["text"] = .string(pair.0)
                return row
            }, to: folder)
    }

    private static func row(_ scores: [Float], names: [String]) -> JSONValue {
        let predicted = Evaluation.predictedClass(scores)
        return [
            "predicted": .string(names[predicted]), "probability": .double(Evaluation.softmax(scores)[predicted]),
            // A float's shortest spelling as a double would show digits that the float does not have.
            "logits": .array(scores.map { .double(Double("\($0)") ?? Double($0)) }),
        ]
    }

    private static func write(_ rows: [JSONValue], to folder: String) throws {
        let text = try rows.map { try $0.canonical + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder).appending(path: name))
    }
}
