import Foundation

/// What a model makes of labelled examples.
package struct Evaluation: Sendable, Hashable, Codable {
    /// The mean cross-entropy, in nats.
    package let loss: Double
    package let metrics: ClassificationMetrics

    /// - Parameters:
    ///   - logits: the classes' scores of each example.
    ///   - labels: the examples' classes.
    package init(logits: [[Float]], labels: [Int], classCount: Int) {
        let losses = zip(logits, labels).map { scores, label in
            Self.crossEntropy(scores, label)
        }
        loss = losses.isEmpty ? 0 : losses.reduce(0, +) / Double(losses.count)
        metrics = ClassificationMetrics(
            labels: labels, predictions: logits.map(Self.predictedClass), classCount: classCount)
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

    private static func crossEntropy(_ scores: [Float], _ label: Int) -> Double {
        let highest = Double(scores.max() ?? 0)
        let logSum = log(scores.reduce(0) { $0 + exp(Double($1) - highest) })
        return highest + logSum - Double(scores[label])
    }
}
