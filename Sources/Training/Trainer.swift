import Models
package import PEFT
import Tensors

/// Trains a model with a method on examples, and keeps the parameters of the best epoch, or the mean of the last ones.
///
/// The same configuration, examples and first parameters give the same parameters in the end, bit for bit, on the same
/// machine with the same number of threads; whether training was stopped and went on in between makes no difference.
package final class Trainer {
    private let model: any TunedModel
    private let loss: TaskLoss
    private let configuration: TrainingConfiguration
    private let training: [EncodedExample]
    private let validation: [EncodedExample]
    private let stored: StoredSplits?
    private let distillation: Distillation?
    private let device: Device
    private let optimizer: Optimizer
    private let schedule: LearningRateSchedule
    private let stepsPerEpoch: Int
    private var order: EpochOrder
    private var state = TrainingState()
    private var kept = KeptParameters()

    /// - Parameters:
    ///   - validation: what each epoch is judged by; without any, the last epoch's parameters are kept.
    ///   - stored: the hidden states of both in front of a layer below which nothing is trained.
    ///   - distillation: what a teacher says of the examples to train on.
    ///   - schedule: the rates of all steps, in the place of the configuration's.
    /// - Throws: ``TrainingError`` with everything that is wrong with the configuration or the examples.
    package init(
        model: any TunedModel, configuration: TrainingConfiguration, training: [EncodedExample],
        validation: [EncodedExample] = [], stored: StoredSplits? = nil, distillation: Distillation? = nil,
        schedule: LearningRateSchedule? = nil
    ) throws {
        var problems = configuration.problems
        if configuration.earlyStopping != nil, validation.isEmpty {
            problems.append("early_stopping_patience needs examples to validate on, and there are none")
        }
        if stored != nil, configuration.neftuneNoiseAlpha != nil {
            problems.append("neftune_noise_alpha puts noise into words, and stored hidden states stand above them")
        }
        problems +=
            distillation?.problems(
                for: TaskLoss(model.base), examples: training.count, classes: model.base.labels.count) ?? []
        guard problems.isEmpty else { throw TrainingError(problems) }
        let check = ExampleCheck(model)
        try check(training, "training", needsTargets: true)
        if !validation.isEmpty { try check(validation, "validation", needsTargets: true) }
        self.model = model
        loss = try TaskLoss(model.base, configuration: configuration, training: training)
        self.configuration = configuration
        self.training = training
        self.validation = validation
        self.stored = stored
        self.distillation = distillation
        device = model.base.device
        model.base.recomputesLayers = configuration.recomputesLayers
        if configuration.recomputesLayers, device == .cpu { TensorMemory.givesBackEarly() }
        optimizer = try Optimizer(
            model.trainableParameters, head: Set(model.base.headParameters.map(\.name)), configuration: configuration)
        stepsPerEpoch = configuration.stepsPerEpoch(exampleCount: training.count)
        self.schedule =
            schedule
            ?? LearningRateSchedule(
                peak: configuration.learningRate, shape: configuration.schedule, warmup: configuration.warmup,
                totalSteps: configuration.epochs * stepsPerEpoch, details: configuration.scheduleDetails)
        order = try EpochOrder(
            lengths: training.map(\.ids.count), batchSize: configuration.effectiveBatchSize,
            groupsByLength: configuration.groupsByLength, seed: configuration.seed)
    }

    /// Trains to the end, from the checkpoint if there is one.
    ///
    /// - Parameters:
    ///   - checkpointPath: where checkpoints are written, and where one is looked for; nil keeps none.
    ///   - earlierPath: where the end of a training over fewer epochs lies, to go on from where there is no checkpoint.
    ///   - endPath: where to write the end, for a training over more epochs; see
    ///     ``TrainingConfiguration/isExtensible``.
    ///   - progress: called after each step.
    ///   - shouldStop: asked before each step and each batch of an evaluation.
    /// - Throws: ``TrainingStopped`` after a checkpoint was written, if asked to stop; ``TrainingError`` for a loss or
    ///   gradient that is not a number, a parameter whose gradient is zero, or a checkpoint of another training;
    ///   `PEFTError` if the method has no use for as many steps.
    package func run(
        checkpointPath: String? = nil, earlierPath: String? = nil, endPath: String? = nil,
        progress: (TrainingProgress) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> TrainingResult {
        try model.stepwise?.prepare(totalSteps: schedule.totalSteps)
        let fingerprint = try TrainingFingerprint.make(
            configuration, training: training, validation: validation, distillation: distillation,
            dependsOnLength: model.stepwise != nil)
        func file(_ path: String?) -> Checkpoint? { path.map { Checkpoint(path: $0, fingerprint: fingerprint) } }
        let checkpoint = file(checkpointPath)
        let beginning = [checkpoint, file(earlierPath)].compactMap(\.self).first(where: \.exists)
        if let beginning {
            (state, kept) = try beginning.read(
                into: optimizer, averagedEpochs: configuration.averagedEpochs, device: device, method: model.stepwise)
        } else {
            try RandomState.seed(configuration.seed)
        }
        let resumedFrom = state.step
        var pace = Pace(evaluationExampleCount: validation.count)

        do {
            while true {
                try keepParameters()
                if needsEvaluation { try evaluate(&pace, shouldStop: shouldStop) }
                if state.step == schedule.totalSteps || isStoppedEarly { break }
                if shouldStop() { throw TrainingStopped(step: state.step) }
                try pace.time { try step() }
                progress(report(pace))
                if let interval = configuration.checkpointInterval, state.step.isMultiple(of: interval) {
                    try write(to: checkpoint)
                }
            }
        } catch is TrainingStopped {
            try write(to: checkpoint)
            throw TrainingStopped(step: state.step)
        }

        try write(to: file(endPath))
        let average = try average(shouldStop: shouldStop)
        if average == nil, let best = kept.best { try optimizer.setParameters(best) }
        return TrainingResult(
            losses: state.losses, evaluations: state.evaluations, bestEpoch: state.bestEpoch ?? configuration.epochs,
            average: average, steps: state.step, resumedFrom: resumedFrom, trainingSeconds: pace.seconds,
            samplesPerSecond: pace.samplesPerSecond)
    }

    // MARK: Steps

    /// One change of the parameters.
    ///
    /// - Returns: the examples that it was made from.
    private func step() throws -> Int {
        let (epoch, position) = state.step.quotientAndRemainder(dividingBy: stepsPerEpoch)
        let indices = try order.batches(epoch: epoch)[position]
        var loss = try backward(indices)
        if let penalty = try model.stepwise?.penalty() {
            try penalty.backward()
            loss += try penalty.item()
        }
        let number = state.step + 1
        guard loss.isFinite else {
            throw TrainingError(
                ["the loss is \(loss) at step \(number)"], help: "lower learning_rate, or warm up over more steps")
        }

        let parameters = optimizer.parameters
        let norm = try Gradients.clip(
            parameters.map(\.value), maxNorm: configuration.maxGradientNorm ?? .infinity)
        let gradients = try parameters.map { parameter in
            guard let gradient = try parameter.value.gradient() else {
                throw TrainingError([
                    "`\(parameter.name)` is to be trained but has no gradient: it takes no part in the output"
                ])
            }
            return gradient
        }
        if !norm.isFinite { try GradientCheck.requireFinite(gradients, of: parameters, step: number) }
        // A method that works step by step may let a parameter rest.
        if number == Self.checkedStep, model.stepwise == nil {
            try GradientCheck.requireNonzero(gradients, of: parameters, step: number)
        }

        try optimizer.step(
            number, gradients: gradients, learningRate: schedule.learningRate(at: state.step))
        try model.stepwise?.stepped(number)
        for parameter in parameters { try parameter.value.clearGradient() }
        state.step = number
        state.losses.append(loss)
        return indices.count
    }

    /// The step whose gradients are checked for zeros. B is zero before the first step that has a learning rate, which
    /// is the second under a warm-up; A's gradient is zero until then.
    private static var checkedStep: Int { 3 }

    /// Adds up the gradients of an effective batch's mean loss, batch by batch.
    ///
    /// The loss is divided by the number of all that is supervised in the whole effective batch, so that gradients are
    /// those of one large batch, however it is cut.
    ///
    /// - Returns: the mean loss.
    private func backward(_ indices: [Int]) throws -> Double {
        let hasPrompt = model.virtualLogitCount > 0
        let count = indices.reduce(0.0) { count, index in
            count + (training[index].target.map { loss.weight(of: $0, hasPrompt: hasPrompt) } ?? 0)
        }
        // Where classes without weight are alone, the sum is zero and stays so.
        let divisor = count > 0 ? count : 1
        model.base.wordEmbeddings.noiseAlpha = configuration.neftuneNoiseAlpha
        defer { model.base.wordEmbeddings.noiseAlpha = nil }
        var sum = 0.0
        for start in stride(from: 0, to: indices.count, by: configuration.batchSize) {
            let part = Array(indices[start..<min(start + configuration.batchSize, indices.count)])
            // Noise in the words comes from one sequence for all threads.
            let isShared = device == .cpu && configuration.neftuneNoiseAlpha == nil
            let shards = Shards.of(part, count: isShared ? try LibTorch.threadCount() : 1) { training[$0].ids.count }
            let results = try gradients(of: shards, divisor: divisor, rowCount: indices.count)
            // In one order, whichever was done first.
            for result in results {
                for (parameter, gradient) in zip(optimizer.parameters, result.gradients) {
                    guard let gradient else { continue }
                    let sum = try parameter.value.gradient().map { try $0 + gradient } ?? gradient
                    try parameter.value.setGradient(sum)
                }
                sum += result.loss
            }
        }
        return sum / divisor
    }

    /// The sum of the losses of each shard, and the gradients of its mean over `divisor` targets.
    ///
    /// - Parameter rowCount: the rows of the whole effective batch.
    private func gradients(
        of shards: [[Int]], divisor: Double, rowCount: Int
    ) throws -> [(loss: Double, gradients: [Tensor?])] {
        let parameters = optimizer.parameters.map(\.value)
        func gradients(_ shard: [Int]) throws -> (loss: Double, gradients: [Tensor?]) {
            let batch = try ExampleBatch(
                shard.map { training[$0] }, stored: try stored?.training.states(of: shard), for: model.base)
            guard let targets = batch.targets else { throw TrainingError(["an example has no target"]) }
            return try loss.gradients(
                model, batch.input, targets: targets, mode: .training, by: parameters, dividedBy: divisor,
                parts: shards.count,
                lesson: distillation.map { ($0, shard, divisor / Double(rowCount)) })
        }
        guard shards.count > 1 else { return try shards.map(gradients) }
        return try LibTorch.sideBySide(keys: try shards.map { _ in try RandomState.drawKey() }) {
            try gradients(shards[$0])
        }
    }

    // MARK: Evaluation and state

    /// Whether an epoch is done that has not been evaluated.
    private var needsEvaluation: Bool {
        !validation.isEmpty && state.step > 0 && state.step.isMultiple(of: stepsPerEpoch)
            && state.evaluations.count < state.step / stepsPerEpoch
    }

    private func evaluate(_ pace: inout Pace, shouldStop: () -> Bool) throws {
        let predictions = try pace.timeEvaluation {
            try Predictor(model: model, batchSize: configuration.evaluationBatchSize)
                .predictions(for: validation, stored: stored?.validation, shouldStop: shouldStop)
        }
        let evaluation = Evaluation(predictions, of: validation, for: loss, labels: model.base.labels.count)
        if state.record(evaluation) {
            kept.best = try currentParameters()
        }
    }

    private func currentParameters() throws -> [Tensor] {
        try optimizer.parameters.map { try $0.value.detached().copy() }
    }

    private var isStoppedEarly: Bool {
        state.step.isMultiple(of: stepsPerEpoch)
            && configuration.earlyStopping?.isReached(by: state.evaluations) == true
    }

    /// Keeps the parameters of an epoch that is done, for their mean.
    private func keepParameters() throws {
        let epoch = state.step / stepsPerEpoch
        guard let count = configuration.averagedEpochs, state.step.isMultiple(of: stepsPerEpoch), epoch > 0,
            state.keptEpoch ?? 0 < epoch
        else { return }
        kept.recent = try (kept.recent + [currentParameters()]).suffix(count)
        state.keptEpoch = epoch
    }

    /// Gives the model the mean of the parameters of the last epochs, if the configuration wants that.
    private func average(shouldStop: () -> Bool) throws -> ParameterAverage? {
        guard let last = state.keptEpoch, let mean = try kept.mean() else { return nil }
        try optimizer.setParameters(mean)
        var evaluation: Evaluation?
        if !validation.isEmpty {
            let predictions = try Predictor(model: model, batchSize: configuration.evaluationBatchSize)
                .predictions(for: validation, stored: stored?.validation, shouldStop: shouldStop)
            evaluation = Evaluation(predictions, of: validation, for: loss, labels: model.base.labels.count)
        }
        return ParameterAverage(epochs: last - kept.recent.count + 1...last, evaluation: evaluation)
    }

    private func write(to checkpoint: Checkpoint?) throws {
        try checkpoint?.write(state, optimizer: optimizer, kept: kept, device: device, method: model.stepwise)
    }

    private func report(_ pace: Pace) -> TrainingProgress {
        let evaluationsLeft = validation.isEmpty ? 0 : configuration.epochs - state.evaluations.count
        let doneEpochs = state.step / stepsPerEpoch
        let inEpoch = min(state.step % stepsPerEpoch * configuration.effectiveBatchSize, training.count)
        let examplesLeft = (configuration.epochs - doneEpochs) * training.count - inEpoch
        return TrainingProgress(
            step: state.step, steps: schedule.totalSteps, epoch: (state.step - 1) / stepsPerEpoch + 1,
            epochs: configuration.epochs, loss: state.losses.last ?? 0,
            learningRate: schedule.learningRate(at: state.step - 1), samplesPerSecond: pace.samplesPerSecond,
            secondsLeft: pace.secondsLeft(examples: examplesLeft, evaluations: evaluationsLeft))
    }
}
