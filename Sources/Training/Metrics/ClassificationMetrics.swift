import Foundation

/// How well classes were predicted, by scikit-learn's definitions. Where a denominator is 0, the figure is 0.
package struct ClassificationMetrics: Sendable, Hashable, Codable {
    package struct Scores: Sendable, Hashable, Codable {
        /// The part of those predicted to be of the class that are.
        package let precision: Double
        /// The part of those of the class that are predicted to be.
        package let recall: Double
        /// The harmonic mean of precision and recall.
        package let f1: Double
        /// The examples of the class.
        package let support: Int

        init(precision: Double, recall: Double, f1: Double, support: Int) {
            self.precision = precision
            self.recall = recall
            self.f1 = f1
            self.support = support
        }

        /// - Parameters:
        ///   - hits: the examples of the class that are predicted to be.
        ///   - predicted: all that are predicted to be of the class.
        init(hits: Int, predicted: Int, support: Int) {
            func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
            self.init(
                precision: ratio(hits, predicted), recall: ratio(hits, support),
                f1: ratio(2 * hits, predicted + support), support: support)
        }

        /// The mean of classes' scores, each counting the same.
        static func mean(of scores: [Scores]) -> Scores {
            func mean(_ score: (Scores) -> Double) -> Double {
                scores.isEmpty ? 0 : scores.reduce(0) { $0 + score($1) } / Double(scores.count)
            }
            return Scores(
                precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
                support: scores.reduce(0) { $0 + $1.support })
        }
    }

    /// `confusion[i][j]`: the examples of class i that are predicted to be of class j.
    package let confusion: [[Int]]
    package let perClass: [Scores]

    /// - Parameters:
    ///   - labels: the true classes, from 0 to `classCount` - 1.
    ///   - predictions: the predicted classes, in the same order and range.
    package init(labels: [Int], predictions: [Int], classCount: Int) {
        var confusion = Array(repeating: Array(repeating: 0, count: classCount), count: classCount)
        for (label, prediction) in zip(labels, predictions) { confusion[label][prediction] += 1 }
        self.init(confusion: confusion)
    }

    package init(confusion: [[Int]]) {
        self.confusion = confusion
        perClass = confusion.indices.map { index in
            Scores(
                hits: confusion[index][index], predicted: confusion.reduce(0) { $0 + $1[index] },
                support: confusion[index].reduce(0, +))
        }
    }

    package var count: Int { perClass.reduce(0) { $0 + $1.support } }

    package var accuracy: Double {
        count > 0 ? Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(count) : 0
    }

    /// The scores of class 1 of two classes, which is the positive one; nil if there are not two classes.
    package var binary: Scores? { perClass.count == 2 ? perClass[1] : nil }

    /// The mean of the classes' scores, each counting the same.
    package var macro: Scores { .mean(of: perClass) }

    /// Matthews' correlation coefficient, for any number of classes (Gorodkin 2004).
    package var matthewsCorrelation: Double {
        let total = Double(count)
        let hits = Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] })
        let supports = perClass.map { Double($0.support) }
        let predicted = confusion.indices.map { index in Double(confusion.reduce(0) { $0 + $1[index] }) }
        let covariance = hits * total - zip(supports, predicted).reduce(0) { $0 + $1.0 * $1.1 }
        let labelVariance = total * total - supports.reduce(0) { $0 + $1 * $1 }
        let predictionVariance = total * total - predicted.reduce(0) { $0 + $1 * $1 }
        let denominator = (labelVariance * predictionVariance).squareRoot()
        return denominator > 0 ? covariance / denominator : 0
    }

    /// The classes that are never predicted though there are examples of them.
    package var neglectedClasses: [Int] {
        confusion.indices.filter { index in
            perClass[index].support > 0 && confusion.allSatisfy { $0[index] == 0 }
        }
    }
}
