import Foundation
import JSONValues
import Models
import StageInterface
import Training

/// `lr-find`: which learning rate a training can do with.
enum LearningRateStage: StageKind {
    static let start = Parameter.number(
        "start_lr", default: 1e-6, in: .positive, help: "The learning rate of the first step.")
    static let end = Parameter.number(
        "end_lr", default: 1, in: .positive, help: "The learning rate of the last step, unless the loss rises before.")
    static let steps = Parameter.integer(
        "num_steps", default: 100, in: 10...100_000, help: "Steps, each with a rate that is higher by the same factor.")

    static let declaration = StageDeclaration(
        kind: "lr-find", version: 3, summary: "Find a learning rate by a short training whose rate rises",
        discussion: """
            The learning-rate range test (arXiv:1506.01186): from step to step the rate rises by a factor, until the \
            loss is four times its lowest. `show` draws the loss by the rate. The suggestion is a tenth of the rate at \
            which the smoothed loss is lowest, and no more than that at which it falls fastest. Nothing of what is \
            learned is kept.
            """,
        parameters: [
            TrainStage.task.declaration, TrainStage.model.declaration, ModelPrecision.parameter.declaration,
            WeightPrecision.parameter.declaration,
            start.declaration, end.declaration, steps.declaration, TrainStage.batchSize.declaration,
            TrainStage.accumulation.declaration, TrainStage.weightDecay.declaration, TrainStage.beta1.declaration,
            TrainStage.beta2.declaration, TrainStage.epsilon.declaration, TrainStage.maxGradNorm.declaration,
            TrainStage.groupByLength.declaration, TrainStage.seed.declaration, TrainStage.recomputesLayers.declaration,
            TrainingRefinements.optimizer.declaration, TrainingRefinements.momentum.declaration,
            TrainingRefinements.loraPlusRatio.declaration,
        ],
        inputs: [
            InputDeclaration("tokens", .tokens, help: "The rows."),
            InputDeclaration("method", .method, help: "What is trained."),
        ],
        output: .always(.learningRates), compute: .tensors,
        example: """
            rates:
              uses: lr-find
              from: {tokens: tokens, method: method}
              with: {model: models/minilm, batch_size: 32}
            """,
        check: { parameters in
            let (start, end) = (try parameters[start], try parameters[end])
            guard start >= end else { return [] }
            return [
                ParameterProblem(
                    path: ["end_lr"], message: "`end_lr` \(end) is not more than `start_lr` \(start)")
            ]
        })

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        var search = LearningRateSearch()
        search.from = try parameters[start]
        search.to = try parameters[end]
        search.steps = try parameters[steps]
        let session = TrainingSession(context, configuration: try configuration(parameters, rate: search.from))
        let result = try session.search(search)
        try LearningRateTable(result).write(to: context.output)
        var metrics: JSONValue = ["steps": .int(result.points.count), "diverged": .bool(result.isDiverged)]
        if let lowest = result.lowest { metrics["lowest_loss_at"] = .double(lowest) }
        if let steepest = result.steepest { metrics["steepest_at"] = .double(steepest) }
        guard let suggestion = result.suggestion else {
            context.warn(
                "the loss falls at no learning rate from \(search.from) to \(search.to)",
                help: "take more steps, or other rates")
            return StageReport(summary: "no suggestion", metrics: metrics)
        }
        metrics["learning_rate"] = .double(suggestion)
        return StageReport(summary: "learning_rate \(String(format: "%.1e", suggestion))", metrics: metrics)
    }

    private static func configuration(_ parameters: ParameterValues, rate: Double) throws -> TrainingConfiguration {
        var configuration = TrainingConfiguration()
        configuration.learningRate = rate
        configuration.batchSize = try parameters[TrainStage.batchSize]
        configuration.gradientAccumulationSteps = try parameters[TrainStage.accumulation]
        configuration.weightDecay = try parameters[TrainStage.weightDecay]
        configuration.beta1 = try parameters[TrainStage.beta1]
        configuration.beta2 = try parameters[TrainStage.beta2]
        configuration.epsilon = try parameters[TrainStage.epsilon]
        let norm = try parameters[TrainStage.maxGradNorm]
        configuration.maxGradientNorm = norm > 0 ? norm : nil
        configuration.groupsByLength = try parameters[TrainStage.groupByLength]
        configuration.seed = UInt64(bitPattern: Int64(try parameters[TrainStage.seed]))
        configuration.recomputesLayers = try parameters[TrainStage.recomputesLayers]
        configuration.optimizer = try parameters[TrainingRefinements.optimizer]
        configuration.momentum = try parameters[TrainingRefinements.momentum]
        configuration.loraPlusRatio = try parameters[TrainingRefinements.loraPlusRatio]
        return configuration
    }
}
