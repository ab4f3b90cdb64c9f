import Foundation
import JSONValues
import StageInterface
import Training

/// `training.json` of an `adapter` artifact: the classes, and how training went. The same on every run.
enum TrainingRecord {
    static let name = "training.json"

    static func write(_ result: TrainingResult, labels: [String], to folder: String) throws {
        let record: JSONValue = [
            "labels": .array(labels.map(JSONValue.string)), "steps": .int(result.steps),
            "best_epoch": .int(result.bestEpoch), "losses": .array(result.losses.map(JSONValue.double)),
            "evaluations": .array(
                result.evaluations.enumerated().map { index, evaluation in
                    [
                        "epoch": .int(index + 1), "loss": .double(evaluation.loss),
                        "accuracy": .double(evaluation.metrics.accuracy),
                    ]
                }),
        ]
        try write(record, to: folder)
    }

    /// The record of an adapter that was trained elsewhere.
    static func write(labels: [String], to folder: String) throws {
        try write(["labels": .array(labels.map(JSONValue.string))], to: folder)
    }

    /// The classes' names in the order of their numbers.
    static func labels(in folder: String) throws -> [String] {
        let url = URL(fileURLWithPath: folder).appending(path: name)
        return try JSONValue(parsing: Data(contentsOf: url))["labels"].arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static func write(_ record: JSONValue, to folder: String) throws {
        try Data((try record.pretty + "\n").utf8).write(to: URL(fileURLWithPath: folder).appending(path: name))
    }
}
