/// How well classes were predicted where a row may have several, by scikit-learn's definitions: a class counts as
/// predicted where its probability is above one half. Where a denominator is 0, the figure is 0.
package struct MultiLabelMetrics: Sendable, Hashable, Codable {
    package let perClass: [ClassificationMetrics.Scores]
    /// Over all decisions, each counting the same.
    package let micro: ClassificationMetrics.Scores
    /// The part of rows whose classes are all right.
    package let exactMatches: Double

    /// - Parameters:
    ///   - logits: (rows, classes)
    ///   - targets: 1 for a class that the row has, else 0.
    init(logits: [[Float]], targets: [[Float]], classCount: Int) {
        var hits = Array(repeating: 0, count: classCount)
        var predicted = hits
        var support = hits
        var exact = 0
        for (row, target) in zip(logits, targets) {
            var isExact = true
            for index in 0..<classCount {
                let (says, has) = (row[index] > 0, target[index] > 0.5)
                hits[index] += says && has ? 1 : 0
                predicted[index] += says ? 1 : 0
                support[index] += has ? 1 : 0
                if says != has { isExact = false }
            }
            exact += isExact ? 1 : 0
        }
        perClass = (0..<classCount).map {
            ClassificationMetrics.Scores(hits: hits[$0], predicted: predicted[$0], support: support[$0])
        }
        micro = ClassificationMetrics.Scores(
            hits: hits.reduce(0, +), predicted: predicted.reduce(0, +), support: support.reduce(0, +))
        exactMatches = logits.isEmpty ? 0 : Double(exact) / Double(logits.count)
    }

    /// The mean over classes, each counting the same.
    package var macro: ClassificationMetrics.Scores { .mean(of: perClass) }
}
