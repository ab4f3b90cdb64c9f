package import Models
package import PEFT
package import Tensors

/// A task's loss, as transformers computes it: what is supervised, and the sum of its losses.
package struct TaskLoss: Sendable {
    package let task: ModelTask
    package let problemType: ProblemType
    /// The part of a target's weight that is spread over all classes (Szegedy et al. 2015, arXiv:1512.00567).
    package var labelSmoothing = 0.0
    /// How much a target of each class counts; nil is alike.
    package var classWeights: [Double]?

    /// A target with this value is not supervised.
    package static let ignored = -100

    package init(task: ModelTask, problemType: ProblemType = .singleLabel) {
        self.task = task
        self.problemType = problemType
    }

    package init(_ model: any TransformerModel) {
        self.init(task: model.task, problemType: model.problemType)
    }

    /// The loss of a batch, and its gradients.
    ///
    /// Where each token has a target, only supervised places are turned into logits, a few at a time, and their
    /// gradients are taken at once: see ``SupervisedPlaces``.
    ///
    /// - Parameters:
    ///   - targets: for row classifiers (batch) of classes, (batch, labels) of ones and zeros, or (batch) or (batch,
    ///     labels) of numbers; else (batch, length) of classes or token ids, and ``ignored`` where nothing is supervised.
    ///     Those of a model under a soft prompt are the text's alone.
    ///   - parameters: what gradients are wanted of.
    ///   - divisor: what the sum of losses is divided by for the gradients.
    ///   - parts: how many batches are computed side by side, and share the memory for logits.
    /// - Returns: the sum of the losses of all supervised targets; the gradients, nil where nothing depends on a
    ///   parameter.
    package func gradients(
        _ model: any TunedModel, _ input: ModelInput, targets: Tensor, mode: ForwardMode, by parameters: [Tensor],
        dividedBy divisor: Double, parts: Int = 1
    ) throws -> (loss: Double, gradients: [Tensor?]) {
        try gradients(
            model, input, targets: targets, mode: mode, by: parameters, dividedBy: divisor, parts: parts, lesson: nil)
    }

    /// The same, with what a teacher says of the rows.
    ///
    /// - Parameter lesson: their numbers, and what each counts beside a class's loss; nil without a teacher.
    func gradients(
        _ model: any TunedModel, _ input: ModelInput, targets: Tensor, mode: ForwardMode, by parameters: [Tensor],
        dividedBy divisor: Double, parts: Int, lesson: (distillation: Distillation, rows: [Int], factor: Double)?
    ) throws -> (loss: Double, gradients: [Tensor?]) {
        guard task == .sequenceClassification else {
            let readout = try model.readout(for: input, mode: mode)
            return try SupervisedPlaces(of: targets, in: readout, for: self, parts: parts)
                .gradients(by: parameters, factor: 1 / divisor)
        }
        let logits = try model.logits(for: input, mode: mode)
        var loss = try sum(logits, targets: targets)
        if let lesson {
            loss = try lesson.distillation.loss(
                crossEntropy: loss, logits: logits, rows: lesson.rows, factor: lesson.factor)
        }
        let gradients = try Gradients.of(try loss * (1 / divisor), by: parameters)
        return (try loss.item(), gradients)
    }

    /// The sum of the losses of rows, a scalar.
    private func sum(_ logits: Tensor, targets: Tensor) throws -> Tensor {
        switch problemType {
        case .singleLabel: return try crossEntropy(logits, targets, reduction: .sum)
        case .multiLabel:
            return try NN.binaryCrossEntropyWithLogits(logits, targets.to(logits.dtype), reduction: .sum)
        case .regression:
            return try NN.meanSquaredError(logits, targets.to(logits.dtype).reshaped(logits.shape), reduction: .sum)
        }
    }

    /// The cross-entropies of rows or places, all of them supervised.
    ///
    /// - Parameters:
    ///   - logits: (places, classes).
    ///   - targets: (places).
    func crossEntropy(_ logits: Tensor, _ targets: Tensor, reduction: NN.Reduction) throws -> Tensor {
        let weights = try classWeights.map { try Tensor($0.map(Float.init)).to(logits.dtype).to(logits.device) }
        return try NN.crossEntropy(
            logits, targets, reduction: reduction, labelSmoothing: labelSmoothing, weight: weights)
    }

    /// How many targets of an example are supervised, as ``count(of:hasPrompt:)`` finds them in tensors.
    ///
    /// - Parameter hasPrompt: whether logits of a soft prompt stand in front, of which the last tells the first token.
    func supervisedCount(of target: Target, hasPrompt: Bool) -> Int {
        switch target {
        case .label: 1
        case .numbers(let numbers): numbers.count
        case .answer(let tokens): tokens.count
        case .tokens(let tokens):
            tokens.dropFirst(task == .causalLanguageModelling && !hasPrompt ? 1 : 0).count { $0 != Self.ignored }
        }
    }

    /// What an example counts in the mean: how many of its targets are supervised, or the sum of their classes' weights.
    func weight(of target: Target, hasPrompt: Bool) -> Double {
        guard let classWeights else { return Double(supervisedCount(of: target, hasPrompt: hasPrompt)) }
        switch target {
        case .label(let label): return classWeights[label]
        case .tokens(let tokens): return tokens.reduce(0) { $1 >= 0 ? $0 + classWeights[Int($1)] : $0 }
        case .numbers, .answer: return 0
        }
    }

    /// How many targets are supervised: what the sum is divided by for the mean that transformers computes.
    ///
    /// - Parameter hasPrompt: as in ``supervisedCount(of:hasPrompt:)``.
    package func count(of targets: Tensor, hasPrompt: Bool) throws -> Int {
        guard task != .sequenceClassification else { return targets.count }
        var counted = targets
        if task == .causalLanguageModelling, !hasPrompt {
            counted = try targets.narrowed(dim: 1, start: 1, length: targets.shape[1] - 1)
        }
        return Int(try counted.equal(Double(Self.ignored)).logicalNot().to(.int64).sum().item())
    }
}

extension TaskLoss {
    /// The loss of a training.
    ///
    /// - Throws: ``TrainingError`` if the configuration has settings that are not for the task.
    init(
        _ model: any TransformerModel, configuration: TrainingConfiguration, training: [EncodedExample]
    ) throws {
        self.init(model)
        guard configuration.labelSmoothing == 0 || task != .sequenceClassification || problemType == .singleLabel else {
            throw TrainingError(
                ["label_smoothing_factor is for targets of which one class or token is right"],
                help: "leave out label_smoothing_factor")
        }
        labelSmoothing = configuration.labelSmoothing
        classWeights = try configuration.classWeights?.weights(for: self, labels: model.labels, examples: training)
    }
}
