import JSONValues
import StageInterface
import Training

/// Parameters of `train` that most trainings leave as they are. None is in a key while it is at its default.
enum TrainingRefinements {
    static let optimizer = Parameter<OptimizerKind>.choice(
        "optimizer", default: .adamw,
        help: "How weights change by gradients: as PyTorch's AdamW and SGD, the Trainer's Adafactor, and Lion's paper."
    ).withoutKeyAtDefault
    static let momentum = Parameter.number(
        "sgd_momentum", default: 0, in: NumberRange(0, 0.999999), help: "Momentum of sgd."
    ).withoutKeyAtDefault
    static let loraPlusRatio = Parameter.optionalNumber(
        "loraplus_lr_ratio", in: .positive,
        help: "LoRA+: how many times faster B, and biases, learn than the rest; default: alike."
    ).withoutKeyAtDefault
    static let loraPlusEmbeddingRate = Parameter.number(
        "loraplus_lr_embedding", default: 1e-6, in: .nonNegative,
        help: "LoRA+: the learning rate of adapters of tables of vectors."
    ).withoutKeyAtDefault

    static let power = Parameter.number(
        "power", default: 1, in: .positive, help: "Of polynomial: the exponent of the share of steps left.")
    static let end = Parameter.number(
        "lr_end", default: 1e-7, in: .nonNegative, help: "Of polynomial: the rate in which it ends.")
    static let cycles = Parameter.integer(
        "num_cycles", default: 1, in: 1...100_000, help: "Of cosine_with_restarts: how often it falls to 0.")
    static let timescale = Parameter.optionalInteger(
        "timescale", in: 1 ... .max,
        help: "Of inverse_sqrt: steps in which it falls to 1/√2; default: the warm-up's, or 10,000.")
    static let scheduleDetails = Parameter.record(
        "lr_scheduler_kwargs",
        [power.declaration, end.declaration, cycles.declaration, timescale.declaration], isRequired: false,
        help: "What single kinds of lr_scheduler_type leave open."
    ).withoutKeyAtDefault

    static let labelSmoothing = Parameter.number(
        "label_smoothing_factor", default: 0, in: NumberRange(0, 0.999999),
        help: "The part of each target's weight that is spread over all classes, in training alone."
    ).withoutKeyAtDefault
    static let classWeights = Parameter<ClassWeights?>(
        "class_weights",
        .oneOf([.choice(["balanced"]), .list(of: .number(.nonNegative), atLeast: 2)]), default: .absent,
        help: "How much rows of each class count in training: numbers in the classes' order, or balanced, in inverse "
            + "proportion to how often each occurs; default: alike."
    ) { value in
        switch value {
        case .null: .some(nil)
        case "balanced": .some(.balanced)
        default: value.arrayValue.map { .values($0.compactMap(\.doubleValue)) }
        }
    }.withoutKeyAtDefault
    static let noise = Parameter.optionalNumber(
        "neftune_noise_alpha", in: .positive,
        help: "NEFTune: how large the noise is that is added to embedded words in training; 5 is usual. Default: none."
    ).withoutKeyAtDefault

    static let patience = Parameter.optionalInteger(
        "early_stopping_patience", in: 1 ... .max,
        help: "Epochs in a row that may score no better on the validation split before training ends; default: all run."
    ).withoutKeyAtDefault
    static let threshold = Parameter.number(
        "early_stopping_threshold", default: 0, in: .nonNegative,
        help: "How much better an epoch must be to count: in the share that is right, or the loss where there is none."
    ).withoutKeyAtDefault
    static let averagedEpochs = Parameter.optionalInteger(
        "average_last", in: 1...100_000,
        help: "Epochs at the end whose weights' mean is kept, in the place of the best epoch's."
    ).withoutKeyAtDefault

    static let distillationTemperature = Parameter.number(
        "distillation_temperature", default: 2, in: NumberRange(0.001, 1e6),
        help: "Of a `teacher`: what its logits and the student's are divided by before softmax."
    ).withoutKeyAtDefault
    static let distillationWeight = Parameter.number(
        "distillation_weight", default: 0.5, in: .fraction,
        help: "Of a `teacher`: how much it counts; the rows' classes have the rest."
    ).withoutKeyAtDefault

    static let declarations = [
        optimizer.declaration, momentum.declaration, loraPlusRatio.declaration, loraPlusEmbeddingRate.declaration,
        scheduleDetails.declaration, labelSmoothing.declaration, classWeights.declaration, noise.declaration,
        patience.declaration, threshold.declaration, averagedEpochs.declaration,
        distillationTemperature.declaration, distillationWeight.declaration,
    ]

    static func set(_ configuration: inout TrainingConfiguration, _ parameters: ParameterValues) throws {
        configuration.optimizer = try parameters[optimizer]
        configuration.momentum = try parameters[momentum]
        configuration.loraPlusRatio = try parameters[loraPlusRatio]
        configuration.loraPlusEmbeddingRate = try parameters[loraPlusEmbeddingRate]
        let details = try parameters[scheduleDetails]
        configuration.scheduleDetails.power = try details[power]
        configuration.scheduleDetails.end = try details[end]
        configuration.scheduleDetails.cycles = try details[cycles]
        configuration.scheduleDetails.timescale = try details[timescale]
        configuration.labelSmoothing = try parameters[labelSmoothing]
        configuration.classWeights = try parameters[classWeights]
        configuration.neftuneNoiseAlpha = try parameters[noise]
        let threshold = try parameters[threshold]
        configuration.earlyStopping = try parameters[patience].map { EarlyStopping(patience: $0, threshold: threshold) }
        configuration.averagedEpochs = try parameters[averagedEpochs]
    }

    /// What is said and would have no effect.
    static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        func require(_ condition: Bool, _ path: [String], _ message: String) {
            if !condition { problems.append(ParameterProblem(path: path, concernsKey: true, message: message)) }
        }
        let optimizer = try parameters[optimizer]
        try require(
            parameters[momentum] == 0 || optimizer == .sgd, ["sgd_momentum"],
            "`sgd_momentum` is only read with `optimizer: sgd`")
        try require(
            parameters[loraPlusEmbeddingRate] == 1e-6 || parameters[loraPlusRatio] != nil, ["loraplus_lr_embedding"],
            "`loraplus_lr_embedding` is only read with `loraplus_lr_ratio`")
        try require(
            parameters[threshold] == 0 || parameters[patience] != nil, ["early_stopping_threshold"],
            "`early_stopping_threshold` is only read with `early_stopping_patience`")
        let details = try parameters[scheduleDetails]
        let schedule = try parameters[TrainStage.schedule]
        let readers: [(name: String, isSaid: Bool, shape: LearningRateSchedule.Shape)] = [
            ("power", try details[power] != 1, .polynomial), ("lr_end", try details[end] != 1e-7, .polynomial),
            ("num_cycles", try details[cycles] != 1, .cosineWithRestarts),
            ("timescale", try details[timescale] != nil, .inverseSqrt),
        ]
        for reader in readers where reader.isSaid && schedule != reader.shape {
            require(
                false, ["lr_scheduler_kwargs", reader.name],
                "`\(reader.name)` is only read with `lr_scheduler_type: \(reader.shape.rawValue)`")
        }
        return problems
    }
}
