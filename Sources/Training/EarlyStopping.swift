/// When training ends before its last epoch: as transformers' `EarlyStoppingCallback` decides.
package struct EarlyStopping: Sendable, Hashable, Codable {
    /// Evaluations in a row that may bring nothing.
    package var patience: Int
    /// How much better than the best before an evaluation must be.
    package var threshold: Double

    package init(patience: Int, threshold: Double = 0) {
        self.patience = patience
        self.threshold = threshold
    }

    /// Whether training ends after these evaluations. They are compared by the share that is right, or by the loss where
    /// there is none.
    package func isReached(by evaluations: [Evaluation]) -> Bool {
        var best: Double?
        var idle = 0
        for evaluation in evaluations {
            let figure = evaluation.metrics.share ?? -evaluation.loss
            if let previous = best, figure - previous <= threshold {
                idle += 1
                if idle >= patience { return true }
            } else {
                idle = 0
            }
            best = max(best ?? figure, figure)
        }
        return false
    }
}
