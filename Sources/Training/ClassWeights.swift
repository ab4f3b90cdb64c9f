import Models

/// How much a target of each class counts in the loss.
package enum ClassWeights: Sendable, Hashable, Codable {
    /// In inverse proportion to how often a class occurs, 1 on average over the targets, as scikit-learn has it.
    case balanced
    /// In the order of the classes.
    case values([Double])

    /// The weights for a task.
    ///
    /// - Throws: ``TrainingError`` if the task has no classes of which one is right, or another number of them.
    package func weights(for loss: TaskLoss, labels: [String], examples: [EncodedExample]) throws -> [Double] {
        let isSuitable =
            switch loss.task {
            case .sequenceClassification: loss.problemType == .singleLabel
            case .tokenClassification: true
            case .maskedLanguageModelling, .causalLanguageModelling, .sequenceToSequence: false
            }
        guard isSuitable else {
            throw TrainingError(
                ["class_weights are for rows or tokens of which each has one class"], help: "leave out class_weights")
        }
        switch self {
        case .values(let values):
            guard values.count == labels.count else {
                throw TrainingError(
                    ["class_weights has \(values.count) numbers, and there are \(labels.count) classes"],
                    help: "in this order: \(labels.joined(separator: ", "))")
            }
            return values
        case .balanced:
            var counts = Array(repeating: 0, count: labels.count)
            for target in examples.compactMap(\.target) {
                switch target {
                case .label(let label): counts[label] += 1
                case .tokens(let tokens): for token in tokens where token >= 0 { counts[Int(token)] += 1 }
                case .numbers, .answer: break
                }
            }
            let sum = counts.reduce(0, +)
            // A class that never occurs weighs nothing.
            let present = counts.count { $0 > 0 }
            return counts.map { $0 > 0 ? Double(sum) / Double(present * $0) : 0 }
        }
    }
}
