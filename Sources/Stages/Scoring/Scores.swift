import JSONValues
import Training

/// The figures of a scored split.
struct Scores {
    let evaluation: Evaluation
    let names: [String]
    let split: SplitName

    init(logits: [[Float]], labels: [Int], names: [String], split: SplitName) {
        evaluation = Evaluation(logits: logits, labels: labels, classCount: names.count)
        self.names = names
        self.split = split
    }

    /// What a person should doubt.
    var warnings: [String] {
        let metrics = evaluation.metrics
        let predicted = metrics.confusion.indices.filter { index in metrics.confusion.contains { $0[index] > 0 } }
        guard names.count > 1, metrics.perClass.count(where: { $0.support > 0 }) > 1, predicted.count == 1,
            let only = predicted.first
        else { return [] }
        return ["every row is predicted to be `\(names[only])`: the model has learned nothing but the majority"]
    }

    /// - Parameter chosen: the figures for the table; the loss, the matrix and the classes are there in any case.
    func json(_ chosen: [EvaluateStage.Metric]) throws -> JSONValue {
        let metrics = evaluation.metrics
        let scores = metrics.binary ?? metrics.macro
        var json: JSONValue = [
            "split": .string(split.rawValue), "rows": .int(metrics.count),
            "labels": .array(names.map(JSONValue.string)),
            "confusion": .array(metrics.confusion.map { .array($0.map(JSONValue.int)) }),
        ]
        var perClass: JSONValue = [:]
        for (name, scores) in zip(names, metrics.perClass) {
            perClass[name] = [
                "precision": .double(scores.precision), "recall": .double(scores.recall), "f1": .double(scores.f1),
                "rows": .int(scores.support),
            ]
        }
        json["per_class"] = perClass
        for metric in chosen {
            let value: Double =
                switch metric {
                case .accuracy: metrics.accuracy
                case .f1: scores.f1
                case .precision: scores.precision
                case .recall: scores.recall
                case .mcc: metrics.matthewsCorrelation
                case .loss: evaluation.loss
                case .macroF1: metrics.macro.f1
                }
            json[metric.rawValue] = .double(value)
        }
        return json
    }
}
