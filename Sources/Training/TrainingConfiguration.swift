/// How a model is trained. The defaults are those of PyTorch's AdamW and Hugging Face's Trainer.
package struct TrainingConfiguration: Sendable, Hashable {
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
    package var scheduleDetails = LearningRateSchedule.Details()
    package var warmup = LearningRateSchedule.Warmup.ratio(0)
    package var optimizer = OptimizerKind.adamw
    /// Weight decay; it does not act on biases and norms. It is decoupled but with SGD.
    package var weightDecay = 0.0
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8
    /// Of SGD.
    package var momentum = 0.0
    /// How many times faster LoRA's B, and biases, learn (LoRA+); nil is alike.
    package var loraPlusRatio: Double?
    /// The learning rate of adapters of tables, with LoRA+.
    package var loraPlusEmbeddingRate = 1e-6
    /// Gradients with a larger norm, over all parameters, are scaled down to it; nil does not.
    package var maxGradientNorm: Double? = 1.0
    /// Batches are made of examples of similar length, which saves padding.
    package var groupsByLength = true
    /// The part of a target's weight that is spread over all classes, in training.
    package var labelSmoothing = 0.0
    package var classWeights: ClassWeights?
    /// How large the noise is that is added to embedded words in training (NEFTune); nil adds none.
    package var neftuneNoiseAlpha: Double?
    package var earlyStopping: EarlyStopping?
    /// The epochs at the end whose parameters' mean is the result; nil takes those of the best epoch.
    package var averagedEpochs: Int?
    /// Determines the order of the examples and what dropout drops.
    package var seed: UInt64 = 42
    /// Examples that are evaluated at once.
    package var evaluationBatchSize = 64
    /// Layers keep only what they are given, and compute the rest again for gradients: see
    /// `TransformerModel.recomputesLayers`.
    package var recomputesLayers = false
    /// Steps from one checkpoint to the next; nil writes one only when asked to stop.
    package var checkpointInterval: Int?

    package init() {}
}

extension TrainingConfiguration {
    /// Whether training over more epochs begins with the very steps of this one: the learning rate of a step does not
    /// depend on how many there are.
    package var isExtensible: Bool {
        let isWarmupExtensible =
            switch warmup {
            case .steps: true
            case .ratio(let ratio): ratio == 0
            }
        return isWarmupExtensible && [.constant, .constantWithWarmup, .inverseSqrt].contains(schedule)
    }

    package var effectiveBatchSize: Int { batchSize * gradientAccumulationSteps }

    /// The steps of one pass over the examples; the last may be of a smaller batch.
    package func stepsPerEpoch(exampleCount: Int) -> Int {
        (exampleCount + effectiveBatchSize - 1) / effectiveBatchSize
    }
}
