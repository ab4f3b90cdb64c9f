/// How far training is, after a step.
package struct TrainingProgress: Sendable, Hashable {
    /// Steps done, of `steps`.
    package let step: Int
    package let steps: Int
    /// Counts from 1.
    package let epoch: Int
    package let epochs: Int
    /// The step's mean loss.
    package let loss: Double
    package let learningRate: Double
    package let samplesPerSecond: Double
    /// The estimated time left, evaluations included.
    package let secondsLeft: Double
}

/// What training gives besides a trained model.
package struct TrainingResult: Sendable {
    /// The mean loss of each step.
    package let losses: [Double]
    /// The evaluation after each epoch; empty if there were no examples to validate on.
    package let evaluations: [Evaluation]
    /// The epoch, counted from 1, whose parameters the model has in the end.
    package let bestEpoch: Int
    /// Where the parameters are a mean instead: of which epochs.
    package let average: ParameterAverage?
    package let steps: Int
    /// Steps that a checkpoint had done before.
    package let resumedFrom: Int
    /// The time of the steps done now, without evaluations.
    package let trainingSeconds: Double
    package let samplesPerSecond: Double
}

/// The mean of the parameters of several epochs in a row.
package struct ParameterAverage: Sendable, Hashable {
    /// Counted from 1.
    package let epochs: ClosedRange<Int>
    /// What the mean makes of the examples to validate on; nil if there were none.
    package let evaluation: Evaluation?
}
