import Foundation
import Models

/// What a model makes of examples whose targets are known.
package struct Evaluation: Sendable, Hashable, Codable {
    /// The mean loss over all that is supervised, in nats where it is a cross-entropy.
    package let loss: Double
    package let metrics: TaskMetrics

    package init(loss: Double, metrics: TaskMetrics) {
        self.loss = loss
        self.metrics = metrics
    }

    /// - Parameters:
    ///   - predictions: of each example.
    ///   - examples: with targets.
    ///   - labels: how many classes, or numbers a row, there are.
    package init(_ predictions: [Prediction], of examples: [EncodedExample], for task: TaskLoss, labels: Int) {
        let scores = predictions.compactMap(\.scores)
        let tokens = predictions.compactMap(\.tokens)
        let (classes, numbers) = Self.targets(of: examples)
        switch (task.task, task.problemType) {
        case (.sequenceClassification, .singleLabel):
            self.init(logits: scores, labels: classes, classCount: labels)
        case (.sequenceClassification, .multiLabel):
            self.init(
                loss: Self.mean(zip(scores, numbers).flatMap { zip($0, $1).map(Self.binaryCrossEntropy) }),
                metrics: .labels(MultiLabelMetrics(logits: scores, targets: numbers, classCount: labels)))
        case (.sequenceClassification, .regression):
            let metrics = RegressionMetrics(predictions: scores, targets: numbers)
            self.init(loss: metrics.meanSquaredError, metrics: .numbers(metrics))
        case (.tokenClassification, _):
            self.init(
                loss: Self.mean(of: tokens),
                metrics: .tags(
                    ClassificationMetrics(
                        labels: tokens.flatMap { $0.targets.map(Int.init) },
                        predictions: tokens.flatMap { $0.predicted.map(Int.init) }, classCount: labels)))
        case (.maskedLanguageModelling, _), (.causalLanguageModelling, _), (.sequenceToSequence, _):
            self.init(loss: Self.mean(of: tokens), metrics: .tokens(TokenMetrics(tokens)))
        }
    }

    private static func targets(of examples: [EncodedExample]) -> (classes: [Int], numbers: [[Float]]) {
        var classes: [Int] = []
        var numbers: [[Float]] = []
        for example in examples {
            switch example.target {
            case .label(let label): classes.append(label)
            case .numbers(let row): numbers.append(row)
            case .tokens, .answer, nil: break
            }
        }
        return (classes, numbers)
    }

    /// - Parameters:
    ///   - logits: the classes' scores of each example.
    ///   - labels: the examples' classes.
    package init(logits: [[Float]], labels: [Int], classCount: Int) {
        let metrics = ClassificationMetrics(
            labels: labels, predictions: logits.map(Self.predictedClass), classCount: classCount)
        self.init(loss: Self.mean(zip(logits, labels).map(Self.crossEntropy)), metrics: .classes(metrics))
    }

    /// Whether this is better than another evaluation of the same task: by the share that is right, and by the loss
    /// where that is equal or there is none.
    func isBetter(than other: Evaluation) -> Bool {
        let rank = { (evaluation: Evaluation) in (evaluation.metrics.share ?? 0, -evaluation.loss) }
        return rank(self) > rank(other)
    }

    /// The class with the highest score, the first of several.
    package static func predictedClass(_ scores: [Float]) -> Int {
        scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
    }

    /// The classes' probabilities.
    package static func softmax(_ scores: [Float]) -> [Double] {
        let highest = Double(scores.max() ?? 0)
        let powers = scores.map { exp(Double($0) - highest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }

    /// The probability of a class that others don't exclude.
    package static func sigmoid(_ score: Float) -> Double { 1 / (1 + exp(-Double(score))) }

    private static func crossEntropy(_ scores: [Float], _ label: Int) -> Double {
        let highest = Double(scores.max() ?? 0)
        let logSum = log(scores.reduce(0) { $0 + exp(Double($1) - highest) })
        return highest + logSum - Double(scores[label])
    }

    private static func binaryCrossEntropy(_ score: Float, _ target: Float) -> Double {
        let (score, target) = (Double(score), Double(target))
        return max(score, 0) - score * target + log1p(exp(-abs(score)))
    }

    private static func mean(_ losses: [Double]) -> Double {
        losses.isEmpty ? 0 : losses.reduce(0, +) / Double(losses.count)
    }

    private static func mean(of tokens: [TokenPrediction]) -> Double {
        let count = tokens.reduce(0) { $0 + $1.targets.count }
        return count > 0 ? tokens.reduce(0) { $0 + $1.lossSum } / Double(count) : 0
    }
}
