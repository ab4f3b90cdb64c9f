package import Models
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

    /// The sum of the losses of all supervised targets, a scalar.
    ///
    /// - Parameters:
    ///   - logits: of the task; see `ModelTask`. Of a model under a soft prompt they have its positions in front, which
    ///     are not supervised; the last of them tells the first token of a causal language model.
    ///   - targets: for row classifiers (batch) of classes, (batch, labels) of ones and zeros, or (batch) or (batch,
    ///     labels) of numbers; else (batch, length) of classes or token ids, and ``ignored`` where nothing is supervised.
    package func sum(_ logits: Tensor, targets: Tensor) throws -> Tensor {
        switch task {
        case .sequenceClassification:
            switch problemType {
            case .singleLabel:
                return try NN.crossEntropy(
                    logits, targets, reduction: .sum, labelSmoothing: labelSmoothing, weight: try weights(like: logits))
            case .multiLabel:
                return try NN.binaryCrossEntropyWithLogits(logits, targets.to(logits.dtype), reduction: .sum)
            case .regression:
                return try NN.meanSquaredError(
                    logits, targets.to(logits.dtype).reshaped(logits.shape), reduction: .sum)
            }
        default:
            let (logits, targets) = try aligned(logits, targets: targets)
            return try crossEntropy(logits, targets, reduction: .sum)
        }
    }

    /// The loss of each target of a task that has them token by token, (batch, places), 0 where nothing is supervised;
    /// and the class or token that is most likely there, with the targets themselves.
    package func byToken(
        _ logits: Tensor, targets: Tensor
    ) throws -> (losses: Tensor, predicted: Tensor, targets: Tensor) {
        let (logits, targets) = try aligned(logits, targets: targets)
        let losses = try crossEntropy(logits, targets, reduction: .none).reshaped(targets.shape)
        return (losses, try logits.argmax(dim: 2), targets)
    }

    /// Logits and targets of the same places.
    private func aligned(_ logits: Tensor, targets: Tensor) throws -> (logits: Tensor, targets: Tensor) {
        let targets = try extended(targets, to: logits)
        guard task == .causalLanguageModelling else { return (logits, targets) }
        // Each position tells the next token.
        let length = logits.shape[1]
        return (
            try logits.narrowed(dim: 1, start: 0, length: length - 1),
            try targets.narrowed(dim: 1, start: 1, length: length - 1)
        )
    }

    /// How many targets of an example are supervised, as ``count(of:logits:)`` finds them in tensors.
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
    package func count(of targets: Tensor, logits: Tensor) throws -> Int {
        switch task {
        case .sequenceClassification:
            return problemType == .singleLabel ? targets.shape[0] : logits.shape.reduce(1, *)
        default:
            return try supervised(try aligned(logits, targets: targets).targets)
        }
    }

    private func supervised(_ targets: Tensor) throws -> Int {
        let ignored = try targets.equal(Double(Self.ignored)).logicalNot().to(.int64).sum()
        return Int(try ignored.item())
    }

    private func crossEntropy(_ logits: Tensor, _ targets: Tensor, reduction: NN.Reduction) throws -> Tensor {
        let classes = logits.shape[2]
        return try NN.crossEntropy(
            try logits.reshaped([-1, classes]), try targets.reshaped([-1]), ignoreIndex: Self.ignored,
            reduction: reduction, labelSmoothing: labelSmoothing, weight: try weights(like: logits))
    }

    /// The weights of classes beside logits; nil where all are alike.
    private func weights(like logits: Tensor) throws -> Tensor? {
        try classWeights.map { try Tensor($0.map(Float.init)).to(logits.dtype).to(logits.device) }
    }

    /// Targets with as many positions as the logits: those of a soft prompt are not supervised.
    private func extended(_ targets: Tensor, to logits: Tensor) throws -> Tensor {
        let missing = logits.shape[1] - targets.shape[1]
        guard missing > 0 else { return targets }
        let front = try Tensor.full(
            [targets.shape[0], missing], Double(Self.ignored), dtype: targets.dtype, device: targets.device)
        return try Tensor.concatenated([front, targets], dim: 1)
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
