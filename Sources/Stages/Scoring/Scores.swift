import JSONValues
import Models
import StageInterface
import Training

/// The figures of a scored split.
struct Scores {
    let evaluation: Evaluation
    let learned: LearnedTask
    let split: SplitName
    let rows: Int

    /// What a person should doubt.
    var warnings: [String] {
        guard let metrics = evaluation.metrics.classification else { return [] }
        let names = learned.labels
        let predicted = metrics.confusion.indices.filter { index in metrics.confusion.contains { $0[index] > 0 } }
        guard names.count > 1, metrics.perClass.count(where: { $0.support > 0 }) > 1, predicted.count == 1,
            let only = predicted.first
        else { return [] }
        let what = learned.task == .tokenClassification ? "token" : "row"
        return ["every \(what) is predicted to be `\(names[only])`: the model has learned nothing but the majority"]
    }

    /// - Parameter chosen: the figures for the table, nil for those of the task; the loss, the matrix and the classes
    ///   are there in any case.
    /// - Throws: ``StageFailure`` for figures that the task doesn't have.
    func json(_ chosen: [ScoreMetric]?) throws -> JSONValue {
        var json: JSONValue = ["split": .string(split.rawValue), "rows": .int(rows)]
        if !learned.labels.isEmpty { json["labels"] = .array(learned.labels.map(JSONValue.string)) }
        switch evaluation.metrics {
        case .classes(let metrics), .tags(let metrics):
            json["confusion"] = .array(metrics.confusion.map { .array($0.map(JSONValue.int)) })
            json["per_class"] = perClass(metrics.perClass)
        case .labels(let metrics): json["per_class"] = perClass(metrics.perClass)
        case .tokens(let metrics): json["tokens"] = .int(metrics.count)
        case .numbers: break
        }
        var figures = Dictionary(uniqueKeysWithValues: evaluation.metrics.figures.map { ($0.name, $0.value) })
        figures["loss"] = evaluation.loss
        let names = chosen?.map(\.rawValue) ?? defaults
        let missing = names.filter { figures[$0] == nil }
        guard missing.isEmpty else {
            throw StageFailure(
                "\(learned.task.rawValue) has no " + missing.map { "`\($0)`" }.joined(separator: ", "),
                help: "its figures are " + figures.keys.sorted().joined(separator: ", "),
                place: .parameter(["metrics"]))
        }
        for name in names { json[name] = .double(figures[name] ?? 0) }
        return json
    }

    private var defaults: [String] {
        switch evaluation.metrics {
        case .classes: ["accuracy", "f1", "mcc"]
        case .tags: ["accuracy", "f1", "macro_f1"]
        case .labels: ["f1", "macro_f1", "accuracy"]
        case .numbers: ["mse", "pearson", "spearman"]
        case .tokens: ["loss", "perplexity", "accuracy"]
        }
    }

    private func perClass(_ scores: [ClassificationMetrics.Scores]) -> JSONValue {
        var json: JSONValue = [:]
        for (name, scores) in zip(learned.labels, scores) {
            json[name] = [
                "precision": .double(scores.precision), "recall": .double(scores.recall), "f1": .double(scores.f1),
                "rows": .int(scores.support),
            ]
        }
        return json
    }
}
