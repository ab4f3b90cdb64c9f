import Foundation
import JSONValues
import Models
import StageInterface
import Training

/// `train`: a model and a method become an adapter.
enum TrainStage: StageKind {
    static let task = Parameter<ModelTask>.choice(
        "task",
        among: [.sequenceClassification, .tokenClassification, .causalLanguageModelling, .sequenceToSequence],
        default: .sequenceClassification,
        help: "What the model learns: classes, any of several or numbers of rows, classes of tokens, to go on with a "
            + "text, or to answer one.")
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles, help: "The folder of the base model: config.json and safetensors.")
    static let epochs = Parameter.integer("epochs", default: 3, in: 1...100_000, help: "Passes over the data.")
    static let batchSize = Parameter.integer(
        "batch_size", default: 32, in: 1...65536, help: "Rows that are computed at once.")
    static let accumulation = Parameter.integer(
        "gradient_accumulation_steps", default: 1, in: 1...65536,
        help: "Batches to a step; the loss is normalised over all their rows.")
    static let learningRate = Parameter.number(
        "learning_rate", default: 5e-4, in: .positive, help: "The highest learning rate.")
    static let headLearningRate = Parameter.optionalNumber(
        "head_learning_rate", in: .positive,
        help: "The same of the head that is new for the task; default: learning_rate, ten times that with p-tuning.")
    static let schedule = Parameter<LearningRateSchedule.Shape>.choice(
        "lr_scheduler_type", default: .linear, help: "How the learning rate falls after the warm-up.")
    static let warmupSteps = Parameter.optionalInteger(
        "warmup_steps", in: 0 ... .max, help: "Steps over which the learning rate rises; goes before warmup_ratio.")
    static let warmupRatio = Parameter.number(
        "warmup_ratio", default: 0, in: .fraction, help: "The same as a share of all steps.")
    static let weightDecay = Parameter.number(
        "weight_decay", default: 0, in: .nonNegative, help: "The optimizer's decay, not on biases and norms.")
    static let beta1 = Parameter.number(
        "adam_beta1", default: 0.9, in: NumberRange(0, 0.999999), help: "AdamW's and Lion's β₁.")
    static let beta2 = Parameter.number(
        "adam_beta2", default: 0.999, in: NumberRange(0, 0.999999),
        help: "AdamW's and Lion's β₂; Lion's paper has 0.99.")
    static let epsilon = Parameter.number("adam_epsilon", default: 1e-8, in: .positive, help: "AdamW's ε.")
    static let maxGradNorm = Parameter.number(
        "max_grad_norm", default: 1, in: .nonNegative,
        help: "Gradients of a larger norm are scaled down to it; 0 does not.")
    static let groupByLength = Parameter.boolean(
        "group_by_length", default: true,
        help: "Make batches of rows of similar length: less padding, less variety within a batch.")
    static let seed = Parameter.integer(
        "seed", default: 42, help: "Seed of new weights, of the order of rows, and of dropout.")
    static let evaluationBatchSize = Parameter.integer(
        "eval_batch_size", default: 64, in: 1...65536, help: "Rows that are computed at once in evaluation.")
    static let recomputesLayers = Parameter.boolean(
        "gradient_checkpointing", default: false,
        help: "Keep less of each layer and compute it again for gradients: less memory, more time, the same result."
    ).withoutKey
    static let checkpointSteps = Parameter.integer(
        "save_steps", default: 50, in: 1 ... .max,
        help: "Steps from one checkpoint to the next; training that was killed goes on from the last."
    ).withoutKey

    static let declaration = StageDeclaration(
        kind: "train", version: 6, summary: "Train a model with a method",
        discussion: """
            What rows teach is the data stage's `target`: with answers, a causal language model reads the text and \
            learns the answer alone. The loss is the mean over all that is supervised in a step. Rows of like length are put together, in an order that the seed decides. After each epoch the validation \
            split is scored, and the weights of the best epoch are kept, by accuracy or f1, or by the loss; with \
            `average_last`, the mean of the weights after the last epochs. The base model's folder is read, never \
            written. From an `adapter` training goes on with its weights, its method and its head, as with PEFT's \
            `is_trainable`, and with a new optimizer; of a whole model, which `full` leaves, all weights go on. With a constant learning rate, and a warm-up in steps if any, more epochs go on where fewer ended, with the same result. Training that is stopped or killed goes on from its last checkpoint, bit for bit as if it had not \
            stopped.
            """,
        parameters: [
            task.declaration, model.declaration, ModelPrecision.parameter.declaration,
            WeightPrecision.parameter.declaration, epochs.declaration,
            batchSize.declaration, accumulation.declaration, learningRate.declaration, headLearningRate.declaration,
            schedule.declaration, warmupSteps.declaration, warmupRatio.declaration, weightDecay.declaration,
            beta1.declaration, beta2.declaration, epsilon.declaration, maxGradNorm.declaration,
            groupByLength.declaration, seed.declaration, evaluationBatchSize.declaration,
            recomputesLayers.declaration, checkpointSteps.declaration,
        ] + TrainingRefinements.declarations,
        inputs: [
            InputDeclaration("tokens", .tokens, help: "The rows."),
            InputDeclaration("method", .method, or: "adapter", help: "What is trained."),
            InputDeclaration(
                "adapter", .adapter, isRequired: false,
                help: "In the place of a method: what an earlier training left, to be trained further."),
            InputDeclaration(
                "states", .hiddenStates, isRequired: false,
                help: "What the frozen layers below make of the rows: they are left out, and without dropout."),
            InputDeclaration(
                "teacher", .softLabels, isRequired: false,
                help: "What a teacher says of the rows, learned beside their classes."),
            .model(),
        ],
        output: .always(.adapter), compute: .tensors,
        continuation: ContinuationDeclaration(parameter: epochs.declaration.name) { parameters in
            try configuration(parameters).isExtensible
        },
        example: """
            adapter:
              uses: train
              from: {tokens: tokens, method: method}
              with: {model: models/minilm, epochs: 3, batch_size: 32, learning_rate: 5.0e-4}
            """,
        check: TrainingRefinements.check)

    static func run(_ context: StageContext) throws -> StageReport {
        try TrainingSession(context, configuration: configuration(context.parameters)).run()
    }

    private static func configuration(_ parameters: ParameterValues) throws -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.epochs = try parameters[epochs]
        configuration.batchSize = try parameters[batchSize]
        configuration.gradientAccumulationSteps = try parameters[accumulation]
        configuration.learningRate = try parameters[learningRate]
        configuration.headLearningRate = try parameters[headLearningRate]
        configuration.schedule = try parameters[schedule]
        configuration.warmup = try parameters[warmupSteps].map { .steps($0) } ?? .ratio(parameters[warmupRatio])
        configuration.weightDecay = try parameters[weightDecay]
        configuration.beta1 = try parameters[beta1]
        configuration.beta2 = try parameters[beta2]
        configuration.epsilon = try parameters[epsilon]
        let norm = try parameters[maxGradNorm]
        configuration.maxGradientNorm = norm > 0 ? norm : nil
        configuration.groupsByLength = try parameters[groupByLength]
        configuration.seed = UInt64(bitPattern: Int64(try parameters[seed]))
        configuration.evaluationBatchSize = try parameters[evaluationBatchSize]
        configuration.recomputesLayers = try parameters[recomputesLayers]
        configuration.checkpointInterval = try parameters[checkpointSteps]
        try TrainingRefinements.set(&configuration, parameters)
        return configuration
    }
}
