import Foundation
import JSONValues
import StageInterface
import Training

/// `training.json` of an `adapter` artifact: what was learned, and how training went. The same on every run.
enum TrainingRecord {
    static let name = "training.json"

    static func write(_ result: TrainingResult, of learned: LearnedTask, to folder: String) throws {
        var record = learned.json
        record["steps"] = .int(result.steps)
        record["best_epoch"] = .int(result.bestEpoch)
        record["losses"] = .array(result.losses.map(JSONValue.double))
        record["evaluations"] = .array(
            result.evaluations.enumerated().map { figures(of: $1, ["epoch": .int($0 + 1)]) })
        if let average = result.average {
            let epochs: JSONValue = [
                "first_epoch": .int(average.epochs.lowerBound), "last_epoch": .int(average.epochs.upperBound),
            ]
            record["average"] = average.evaluation.map { figures(of: $0, epochs) } ?? epochs
        }
        try write(record, to: folder)
    }

    private static func figures(of evaluation: Evaluation, _ json: JSONValue) -> JSONValue {
        var json = json
        json["loss"] = .double(evaluation.loss)
        for (name, value) in evaluation.metrics.figures.prefix(2) { json[name] = .double(value) }
        return json
    }

    /// The record of an adapter that was trained elsewhere.
    static func write(_ learned: LearnedTask, to folder: String) throws {
        try write(learned.json, to: folder)
    }

    static func learned(in folder: String) throws -> LearnedTask {
        LearnedTask(try ArtifactFile.json(name, in: folder))
    }

    private static func write(_ record: JSONValue, to folder: String) throws {
        try ArtifactFile.write((record.pretty + "\n").utf8, name, in: folder)
    }
}
