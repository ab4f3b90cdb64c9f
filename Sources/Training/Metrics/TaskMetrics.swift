import Foundation

/// How good predictions are, by the measures of their task.
package enum TaskMetrics: Sendable, Hashable, Codable {
    /// Each row has one class.
    case classes(ClassificationMetrics)
    /// Each row has any number of classes.
    case labels(MultiLabelMetrics)
    /// Each row has numbers.
    case numbers(RegressionMetrics)
    /// Each token has a class.
    case tags(ClassificationMetrics)
    /// Each token is told.
    case tokens(TokenMetrics)

    /// What the best of several epochs is chosen by, more being better; nil where it is the loss.
    var share: Double? {
        switch self {
        case .classes(let metrics), .tags(let metrics): metrics.accuracy
        case .labels(let metrics): metrics.micro.f1
        case .numbers, .tokens: nil
        }
    }

    /// Of classes, whether of rows or of tokens.
    package var classification: ClassificationMetrics? {
        switch self {
        case .classes(let metrics), .tags(let metrics): metrics
        case .labels, .numbers, .tokens: nil
        }
    }

    /// All figures but the loss, by the names that people know, the one that sums up first. Precision, recall and f1 are
    /// of class 1 of two, else the mean over classes; where rows have several classes, over all decisions.
    package var figures: [(name: String, value: Double)] {
        switch self {
        case .classes(let metrics), .tags(let metrics):
            let scores = metrics.binary ?? metrics.macro
            return [
                ("accuracy", metrics.accuracy), ("f1", scores.f1), ("precision", scores.precision),
                ("recall", scores.recall), ("mcc", metrics.matthewsCorrelation), ("macro_f1", metrics.macro.f1),
            ]
        case .labels(let metrics):
            return [
                ("f1", metrics.micro.f1), ("precision", metrics.micro.precision), ("recall", metrics.micro.recall),
                ("macro_f1", metrics.macro.f1), ("accuracy", metrics.exactMatches),
            ]
        case .numbers(let metrics):
            return [
                ("mse", metrics.meanSquaredError), ("mae", metrics.meanAbsoluteError), ("pearson", metrics.pearson),
                ("spearman", metrics.spearman), ("r2", metrics.determination),
            ]
        case .tokens(let metrics):
            return [("perplexity", metrics.perplexity), ("accuracy", metrics.accuracy)]
        }
    }

    package subscript(name: String) -> Double? { figures.first { $0.name == name }?.value }
}

/// How well tokens are told.
package struct TokenMetrics: Sendable, Hashable, Codable {
    package let count: Int
    /// The part of tokens that have the highest score.
    package let accuracy: Double
    /// e to the mean cross-entropy of a token.
    package let perplexity: Double

    init(_ predictions: [TokenPrediction]) {
        count = predictions.reduce(0) { $0 + $1.targets.count }
        let hits = predictions.reduce(0) { $0 + zip($1.targets, $1.predicted).count { $0 == $1 } }
        let loss = predictions.reduce(0) { $0 + $1.lossSum }
        accuracy = count > 0 ? Double(hits) / Double(count) : 0
        perplexity = count > 0 ? exp(loss / Double(count)) : 1
    }
}
