import Foundation
import JSONValues
import ReportPages
import StageInterface
import TextMetrics

/// The rows of `predictions.jsonl` that a model did worst on.
///
/// What is worst depends on what was predicted: a wrong class by the probability that it was given, numbers by their
/// distance, tags and language by their loss, answers by how little they have of any reference.
struct PredictionErrors {
    /// A row, with how bad it is.
    private struct Judged {
        let id: Int
        let badness: Double
        let measure: Double
        let expected: String
        let predicted: String
        var text: String?
    }

    private enum Kind {
        case classes, severalClasses, numbers, tags, language, answers

        /// What ``Judged/measure`` is.
        var measure: String {
            switch self {
            case .classes: "probability"
            case .severalClasses: "wrong classes"
            case .numbers: "distance"
            case .tags, .language: "loss"
            case .answers: "rouge_l"
            }
        }

        /// Whether a row is right or wrong, and not only better or worse.
        var isRightOrWrong: Bool { self != .numbers && self != .language }
    }

    private let rows: [Judged]
    private let kind: Kind
    private let total: Int
    private let wrong: Int?

    /// - Throws: `StageFailure` for a file that can't be read.
    init(in folder: String, most: Int) throws {
        var kind = Kind.classes
        let judged = try ArtifactFile.lines(
            of: PredictionFile.name, in: folder, expecting: #"a row as {"id": 0, "predicted": "…"}"#
        ) { row -> (Judged?)? in
            guard let id = row["id"].intValue else { return nil }
            return .some(Self.judge(row, id, &kind))
        }
        total = judged.count
        let bad = judged.compactMap { $0 }
        wrong = kind.isRightOrWrong ? bad.count : nil
        rows = Array(
            bad.sorted { ($1.badness, $0.id) < ($0.badness, $1.id) }.prefix(most))
        self.kind = kind
    }

    /// - Parameter texts: gives the texts of rows by their numbers.
    func errors(_ texts: (Set<Int>) throws -> [Int: (text: String, pair: String?)]) throws -> WorstErrors? {
        guard total > 0 else { return nil }
        let known = try texts(Set(rows.filter { $0.text == nil }.map(\.id)))
        return WorstErrors(
            rows: rows.map { row in
                WorstErrors.Row(
                    id: String(row.id), text: row.text ?? known[row.id]?.text, pair: known[row.id]?.pair,
                    expected: row.expected, predicted: row.predicted, measure: row.measure)
            }, wrong: wrong, total: total, measure: kind.measure)
    }

    /// Nil for a row that is right, or that says too little.
    private static func judge(_ row: JSONValue, _ id: Int, _ kind: inout Kind) -> Judged? {
        if let references = row["references"].arrayValue?.compactMap(\.stringValue),
            let predicted = row["predicted"].stringValue
        {
            kind = .answers
            let text = ReferredText(text: predicted, references: references)
            guard [text].exactMatch < 1 else { return nil }
            let overlap = ROUGE.longest.score([text])
            return Judged(
                id: id, badness: -overlap, measure: overlap, expected: references.first ?? "", predicted: predicted,
                text: row["text"].stringValue)
        }
        if let tags = row["tags"].arrayValue?.compactMap(\.stringValue),
            let predicted = row["predicted"].arrayValue?.compactMap(\.stringValue)
        {
            kind = .tags
            let wrong = zip(tags, predicted).enumerated().filter { $0.element.0 != $0.element.1 }
            guard !wrong.isEmpty else { return nil }
            func spelled(_ name: (Int) -> String) -> String {
                wrong.map { "word \($0.offset + 1): \(name($0.offset))" }.joined(separator: ", ")
            }
            let loss = row["loss"].doubleValue ?? 0
            return Judged(
                id: id, badness: loss, measure: loss, expected: spelled { tags[$0] },
                predicted: spelled { predicted[$0] })
        }
        if let labels = row["labels"].arrayValue?.compactMap(\.stringValue),
            let predicted = row["predicted"].arrayValue?.compactMap(\.stringValue)
        {
            kind = .severalClasses
            let count = Double(Set(labels).symmetricDifference(predicted).count)
            guard count > 0 else { return nil }
            func spelled(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
            return Judged(
                id: id, badness: count, measure: count, expected: spelled(labels), predicted: spelled(predicted))
        }
        if let label = row["label"].stringValue, let predicted = row["predicted"].stringValue {
            guard label != predicted else { return nil }
            let probability = row["probability"].doubleValue ?? 0
            return Judged(id: id, badness: probability, measure: probability, expected: label, predicted: predicted)
        }
        if let numbers = row["numbers"].arrayValue?.compactMap(\.doubleValue),
            let predicted = row["predicted"].arrayValue?.compactMap(\.doubleValue), numbers.count == predicted.count
        {
            kind = .numbers
            let distance = zip(numbers, predicted).map { abs($0 - $1) }.max() ?? 0
            func spelled(_ values: [Double]) -> String {
                values.map { String(format: "%.6g", $0) }.joined(separator: ", ")
            }
            return Judged(
                id: id, badness: distance, measure: distance, expected: spelled(numbers), predicted: spelled(predicted))
        }
        if let loss = row["loss"].doubleValue, let tokens = row["tokens"].intValue {
            kind = .language
            return Judged(
                id: id, badness: loss, measure: loss, expected: "\(tokens) tokens",
                predicted: "\(row["correct"].intValue ?? 0) of them")
        }
        return nil
    }
}
