/// How a model is trained. The defaults are those of PyTorch's AdamW and Hugging Face's Trainer.
package struct TrainingConfiguration: Sendable, Hashable, Codable {
    /// How often every example is seen.
    package var epochs = 3
    /// Examples that are computed at once.
    package var batchSize = 8
    /// Batches whose gradients make one step: the effective batch is `batchSize` times this.
    package var gradientAccumulationSteps = 1
    /// The highest learning rate.
    package var learningRate = 5e-5
    /// The same of the head; nil is the same rate.
    package var headLearningRate: Double?
    package var schedule = LearningRateSchedule.Shape.linear
    package var warmup = LearningRateSchedule.Warmup.ratio(0)
    /// Decoupled weight decay; it does not act on biases and norms.
    package var weightDecay = 0.0
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8
    /// Gradients with a larger norm, over all parameters, are scaled down to it; nil does not.
    package var maxGradientNorm: Double? = 1.0
    /// Batches are made of examples of similar length, which saves padding.
    package var groupsByLength = true
    /// Determines the order of the examples and what dropout drops.
    package var seed: UInt64 = 42
    /// Examples that are evaluated at once.
    package var evaluationBatchSize = 64
    /// Steps from one checkpoint to the next; nil writes one only when asked to stop.
    package var checkpointInterval: Int?

    package init() {}
}

extension TrainingConfiguration {
    /// Whether training over more epochs begins with the very steps of this one: the learning rate of a step does not
    /// depend on how many there are.
    package var isExtensible: Bool {
        switch warmup {
        case .steps: schedule == .constant
        case .ratio(let ratio): schedule == .constant && ratio == 0
        }
    }

    package var effectiveBatchSize: Int { batchSize * gradientAccumulationSteps }

    /// The steps of one pass over the examples; the last may be of a smaller batch.
    package func stepsPerEpoch(exampleCount: Int) -> Int {
        (exampleCount + effectiveBatchSize - 1) / effectiveBatchSize
    }

    /// What is out of range, each in one sentence.
    var problems: [String] {
        var problems: [String] = []
        func require(_ condition: Bool, _ name: String, _ value: some CustomStringConvertible, _ expected: String) {
            if !condition { problems.append("\(name) is \(value), expected \(expected)") }
        }
        require(epochs >= 1, "epochs", epochs, "at least 1")
        require(batchSize >= 1, "batch_size", batchSize, "at least 1")
        require(
            gradientAccumulationSteps >= 1, "gradient_accumulation_steps", gradientAccumulationSteps, "at least 1")
        require(evaluationBatchSize >= 1, "evaluation batch size", evaluationBatchSize, "at least 1")
        require(learningRate > 0 && learningRate.isFinite, "learning_rate", learningRate, "more than 0")
        if let rate = headLearningRate {
            require(rate > 0 && rate.isFinite, "head_learning_rate", rate, "more than 0")
        }
        require(weightDecay >= 0 && weightDecay.isFinite, "weight_decay", weightDecay, "at least 0")
        require((0..<1).contains(beta1), "beta1", beta1, "at least 0 and less than 1")
        require((0..<1).contains(beta2), "beta2", beta2, "at least 0 and less than 1")
        require(epsilon > 0 && epsilon.isFinite, "epsilon", epsilon, "more than 0")
        if let norm = maxGradientNorm { require(norm > 0, "max_grad_norm", norm, "more than 0") }
        if let interval = checkpointInterval { require(interval >= 1, "checkpoint interval", interval, "at least 1") }
        switch warmup {
        case .ratio(let ratio): require((0...1).contains(ratio), "warmup_ratio", ratio, "from 0 to 1")
        case .steps(let steps): require(steps >= 0, "warmup_steps", steps, "at least 0")
        }
        return problems
    }
}
