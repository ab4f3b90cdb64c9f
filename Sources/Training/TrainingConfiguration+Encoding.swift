extension TrainingConfiguration: Encodable {
    private enum Key: String, CodingKey {
        case epochs, batchSize, gradientAccumulationSteps, learningRate, headLearningRate, schedule, warmup, weightDecay
        case beta1, beta2, epsilon, maxGradientNorm, groupsByLength, seed, evaluationBatchSize, checkpointInterval
        case scheduleDetails, optimizer, momentum, loraPlusRatio, loraPlusEmbeddingRate, labelSmoothing, classWeights
        case neftuneNoiseAlpha, earlyStopping, averagedEpochs
    }

    /// What a checkpoint's fingerprint is made of. Settings that came later than checkpoints are left out at their
    /// defaults, so that a training goes on under a newer version.
    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: Key.self)
        try values.encode(epochs, forKey: .epochs)
        try values.encode(batchSize, forKey: .batchSize)
        try values.encode(gradientAccumulationSteps, forKey: .gradientAccumulationSteps)
        try values.encode(learningRate, forKey: .learningRate)
        try values.encodeIfPresent(headLearningRate, forKey: .headLearningRate)
        try values.encode(schedule, forKey: .schedule)
        try values.encode(warmup, forKey: .warmup)
        try values.encode(weightDecay, forKey: .weightDecay)
        try values.encode(beta1, forKey: .beta1)
        try values.encode(beta2, forKey: .beta2)
        try values.encode(epsilon, forKey: .epsilon)
        try values.encodeIfPresent(maxGradientNorm, forKey: .maxGradientNorm)
        try values.encode(groupsByLength, forKey: .groupsByLength)
        try values.encode(seed, forKey: .seed)
        try values.encode(evaluationBatchSize, forKey: .evaluationBatchSize)
        try values.encodeIfPresent(checkpointInterval, forKey: .checkpointInterval)

        let usual = TrainingConfiguration()
        func encodeLater<Value: Encodable & Equatable>(_ path: KeyPath<Self, Value>, _ key: Key) throws {
            if self[keyPath: path] != usual[keyPath: path] { try values.encode(self[keyPath: path], forKey: key) }
        }
        try encodeLater(\.scheduleDetails, .scheduleDetails)
        try encodeLater(\.optimizer, .optimizer)
        try encodeLater(\.momentum, .momentum)
        try encodeLater(\.loraPlusRatio, .loraPlusRatio)
        try encodeLater(\.loraPlusEmbeddingRate, .loraPlusEmbeddingRate)
        try encodeLater(\.labelSmoothing, .labelSmoothing)
        try encodeLater(\.classWeights, .classWeights)
        try encodeLater(\.neftuneNoiseAlpha, .neftuneNoiseAlpha)
        try encodeLater(\.earlyStopping, .earlyStopping)
        try encodeLater(\.averagedEpochs, .averagedEpochs)
    }
}
