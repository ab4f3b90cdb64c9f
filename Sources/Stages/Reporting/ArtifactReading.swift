import Foundation
import JSONValues
package import ReportPages
import Reports
import StageInterface

/// What a page tells of artifacts, read from their folders.
///
/// - Throws: `StageFailure` for a file that is missing or not of its form. What a file may lack is left out.
package enum ArtifactReading {
    /// - Parameter name: what the page calls it.
    /// - Returns: nil for an adapter that was not trained here.
    package static func training(_ name: String, in folder: String) throws -> ReportedTraining? {
        let record = try ArtifactFile.json(TrainingRecord.name, in: folder)
        let losses = record["losses"].arrayValue?.compactMap(\.doubleValue) ?? []
        let epochs = (record["evaluations"].arrayValue ?? []).enumerated().map { index, epoch in
            ReportedTraining.Epoch(
                epoch: epoch["epoch"].intValue ?? index + 1, figures: figures(of: epoch, except: ["epoch"]))
        }
        guard !losses.isEmpty || !epochs.isEmpty else { return nil }
        let average = record["average"]
        let remark =
            if let first = average["first_epoch"].intValue, let last = average["last_epoch"].intValue {
                "kept: the mean of epochs \(first) to \(last)"
            } else { "" }
        return ReportedTraining(
            stage: name, losses: losses, epochs: epochs,
            bestEpoch: remark.isEmpty ? record["best_epoch"].intValue ?? 0 : 0, remark: remark)
    }

    package static func search(_ name: String, in folder: String) throws -> ReportedSearch {
        let record = try ArtifactFile.json(LearningRateTable.name, in: folder)
        let points = (record["points"].arrayValue ?? []).compactMap { point -> ReportedSearch.Point? in
            guard let rate = point["learning_rate"].doubleValue, let loss = point["smoothed_loss"].doubleValue else {
                return nil
            }
            return ReportedSearch.Point(rate: rate, loss: loss)
        }
        return ReportedSearch(stage: name, points: points, suggestion: record["suggestion"].doubleValue)
    }

    package static func comparison(_ name: String, in folder: String) throws -> ReportedComparison {
        comparison(name, try ArtifactFile.json(Comparison.fileName, in: folder))
    }

    /// - Parameter json: what a comparison's file has.
    private static func comparison(_ name: String, _ json: JSONValue) -> ReportedComparison {
        let metrics = json["metrics"].arrayValue?.compactMap(\.stringValue) ?? []
        let rows = (json["rows"].arrayValue ?? []).map { row in
            ReportedComparison.Row(
                name: InstanceName.of(
                    row["stage"].stringValue ?? "", at: (row["axes"].objectValue ?? [:]).mapValues(\.plainText)),
                count: row["count"].intValue ?? 1, figures: metrics.map { Spread(json: row["figures"][$0]) })
        }
        return ReportedComparison(stage: name, metrics: metrics, rows: rows)
    }

    /// - Parameters:
    ///   - dataset: the folder of the data set that was scored, for the texts of errors.
    ///   - mostErrors: how many rows are told.
    package static func scores(
        _ name: String, in folder: String, dataset: String?, mostErrors: Int
    ) throws -> ReportedScores {
        let record = try ArtifactFile.json(ScoresFile.name, in: folder)
        let split = record["split"].stringValue ?? ""
        var scores = ReportedScores(
            stage: name, split: split, rows: record["rows"].intValue, figures: figures(of: record, except: ["rows"]))
        scores.labels = record["labels"].arrayValue?.compactMap(\.stringValue) ?? []
        scores.confusion = (record["confusion"].arrayValue ?? []).map { $0.arrayValue?.compactMap(\.intValue) ?? [] }
        if let classes = record["per_class"].objectValue {
            let order = scores.labels.isEmpty ? classes.keys.sorted() : scores.labels
            scores.classes = order.compactMap { name in
                guard let part = classes[name] else { return nil }
                return ReportedScores.ClassFigures(
                    name: name, figures: figures(of: part, except: ["rows"]), rows: part["rows"].intValue)
            }
        }
        guard mostErrors > 0 else { return scores }
        scores.errors = try PredictionErrors(in: folder, most: mostErrors).errors { ids in
            try texts(of: ids, split: split, in: dataset)
        }
        return scores
    }

    /// The texts of some rows of a split, by their numbers.
    private static func texts(
        of ids: Set<Int>, split: String, in folder: String?
    ) throws -> [Int: (text: String, pair: String?)] {
        guard let folder, let split = SplitName(rawValue: split), !ids.isEmpty else { return [:] }
        var texts: [Int: (text: String, pair: String?)] = [:]
        for row in try DatasetFile.rows(of: split, in: folder) where ids.contains(row.id) {
            texts[row.id] = (row.text, row.pair)
        }
        return texts
    }

    /// The single numbers of an object, in alphabetical order.
    private static func figures(of json: JSONValue, except left: Set<String>) -> [Figure] {
        (json.objectValue ?? [:]).sorted { $0.key < $1.key }.compactMap { key, value in
            left.contains(key) ? nil : value.doubleValue.map { Figure(key, $0) }
        }
    }
}
