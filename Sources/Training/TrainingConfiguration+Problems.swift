extension TrainingConfiguration {
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
        require((0..<1).contains(momentum), "sgd_momentum", momentum, "at least 0 and less than 1")
        if let ratio = loraPlusRatio {
            require(ratio > 0 && ratio.isFinite, "loraplus_lr_ratio", ratio, "more than 0")
            let rate = loraPlusEmbeddingRate
            require(rate >= 0 && rate.isFinite, "loraplus_lr_embedding", rate, "at least 0")
        }
        if let norm = maxGradientNorm { require(norm > 0, "max_grad_norm", norm, "more than 0") }
        if let interval = checkpointInterval { require(interval >= 1, "checkpoint interval", interval, "at least 1") }
        switch warmup {
        case .ratio(let ratio): require((0...1).contains(ratio), "warmup_ratio", ratio, "from 0 to 1")
        case .steps(let steps): require(steps >= 0, "warmup_steps", steps, "at least 0")
        }
        require(scheduleDetails.power > 0, "power", scheduleDetails.power, "more than 0")
        require(
            scheduleDetails.end >= 0 && (schedule != .polynomial || scheduleDetails.end < learningRate), "lr_end",
            scheduleDetails.end, "at least 0 and less than learning_rate")
        require(scheduleDetails.cycles >= 1, "num_cycles", scheduleDetails.cycles, "at least 1")
        if let timescale = scheduleDetails.timescale { require(timescale >= 1, "timescale", timescale, "at least 1") }
        require(
            (0..<1).contains(labelSmoothing), "label_smoothing_factor", labelSmoothing, "at least 0 and less than 1")
        if case .values(let weights)? = classWeights {
            require(
                weights.allSatisfy { $0 >= 0 && $0.isFinite } && weights.contains { $0 > 0 }, "class_weights", weights,
                "numbers of at least 0, not all of them 0")
        }
        if let alpha = neftuneNoiseAlpha {
            require(alpha >= 0 && alpha.isFinite, "neftune_noise_alpha", alpha, "at least 0")
        }
        if let stopping = earlyStopping {
            require(stopping.patience >= 1, "early_stopping_patience", stopping.patience, "at least 1")
            require(stopping.threshold >= 0, "early_stopping_threshold", stopping.threshold, "at least 0")
        }
        if let count = averagedEpochs { require(count >= 1, "average_last", count, "at least 1") }
        return problems
    }
}
