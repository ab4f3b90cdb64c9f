import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Training

/// One run of the stage `train`.
struct TrainingSession {
    private let context: StageContext
    private let configuration: TrainingConfiguration

    init(_ context: StageContext, configuration: TrainingConfiguration) {
        self.context = context
        self.configuration = configuration
    }

    func run() throws -> StageReport {
        let tokens = try TokenSet(context.input("tokens"))
        let learned = try LearnedTask(try context.parameters[TrainStage.task], from: tokens)
        let base = try context.parameters[TrainStage.model]
        let (tuned, configuration) = try attach(learned, base)
        let training = try Self.examples(.train, of: tokens, learned)
        let validation = try Self.examples(.validation, of: tokens, learned)
        let stored = try context.inputs["states"].map {
            try HiddenStatesFolder($0).splits(for: tuned, training: training, validation: validation)
        }
        let distillation = try distillation(of: tokens, learned)
        let trainer = try StageFailure.locating("model") {
            try Trainer(
                model: tuned, configuration: configuration, training: training, validation: validation, stored: stored,
                distillation: distillation)
        }
        let result = try train(trainer, isExtensible: tuned.stepwise == nil)
        try tuned.save(to: context.output, baseModelName: base.spelled)
        try TrainingRecord.write(result, of: learned, to: context.output)
        return report(result, tuned)
    }

    /// Searches for a learning rate instead; nothing of what is learned is kept.
    func search(_ search: LearningRateSearch) throws -> LearningRateSearch.Result {
        let tokens = try TokenSet(context.input("tokens"))
        let learned = try LearnedTask(try context.parameters[TrainStage.task], from: tokens)
        let (tuned, configuration) = try attach(learned, try context.parameters[TrainStage.model])
        return try worded {
            try search.run(
                model: tuned, configuration: configuration,
                training: try Self.examples(.train, of: tokens, learned),
                progress: { step, point in
                    context.progress(
                        StageProgress(
                            completed: step, total: search.steps,
                            details: [
                                "learning_rate \(String(format: "%.1e", point.rate))",
                                "loss \(String(format: "%.3f", point.smoothLoss))",
                            ]))
                }, shouldStop: { context.isStopRequested })
        }
    }

    private static func examples(
        _ split: SplitName, of tokens: TokenSet, _ learned: LearnedTask
    ) throws -> [EncodedExample] {
        try tokens.examples(of: split).map { $0.encoded(for: learned.task, labelCount: learned.labels.count) }
    }

    /// What the teacher says, where there is one.
    private func distillation(of tokens: TokenSet, _ learned: LearnedTask) throws -> Distillation? {
        let temperature = TrainingRefinements.distillationTemperature
        let weight = TrainingRefinements.distillationWeight
        guard let folder = context.inputs["teacher"] else {
            let idle = [temperature, weight].map(\.declaration).filter {
                $0.isInKey(with: context.parameters.json[$0.name])
            }
            guard idle.isEmpty else {
                throw StageFailure(
                    idle.map {
                        StageProblem(
                            .error, "`\($0.name)` is only read with a teacher",
                            help: "connect soft labels as `teacher` under `from:`", place: .parameter([$0.name]))
                    })
            }
            return nil
        }
        try SoftLabelsFile.check(learned)
        return Distillation(
            logits: try SoftLabelsFile.logits(in: folder, for: tokens.examples(of: .train), labels: learned.labels),
            temperature: try context.parameters[temperature], weight: try context.parameters[weight])
    }

    /// The base model with the method on it, and the configuration with what the method says of it.
    private func attach(
        _ learned: LearnedTask, _ base: InputPath
    ) throws -> (model: any TunedModel, configuration: TrainingConfiguration) {
        let fresh = try FreshModel(
            context, learned, base: base, seed: try context.parameters[TrainStage.seed])
        var configuration = configuration
        configuration.headLearningRate =
            configuration.headLearningRate ?? configuration.learningRate * fresh.headLearningRateFactor
        return (fresh.tuned, configuration)
    }

    /// - Parameter isExtensible: whether a training over more epochs may go on from the end of this one.
    private func train(_ trainer: Trainer, isExtensible: Bool) throws -> TrainingResult {
        let continuation = isExtensible ? context.continuation : nil
        return try worded {
            try trainer.run(
                checkpointPath: context.scratch + "/checkpoint",
                earlierPath: continuation?.earlier.map { $0 + "/" + Self.endName },
                endPath: continuation.map { $0.state + "/" + Self.endName },
                progress: { progress in
                    context.progress(
                        StageProgress(
                            completed: progress.step, total: progress.steps,
                            details: [
                                "epoch \(progress.epoch)/\(progress.epochs)",
                                "loss \(String(format: "%.3f", progress.loss))",
                                "\(String(format: "%.0f", progress.samplesPerSecond)) rows/s",
                            ], secondsLeft: progress.secondsLeft))
                }, shouldStop: { context.isStopRequested })
        }
    }

    /// Runs a training, and words what it throws.
    private func worded<Result>(_ training: () throws -> Result) throws -> Result {
        do {
            return try training()
        } catch is TrainingStopped {
            throw StageStopped()
        } catch let error as PEFTError {
            throw StageFailure(error, at: .input("method"))
        } catch {
            throw StageFailure(error)
        }
    }

    /// The file of a state that a training over more epochs goes on from.
    private static let endName = "end"

    private func report(_ result: TrainingResult, _ tuned: any TunedModel) -> StageReport {
        let trainable = tuned.trainableParameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        var metrics: JSONValue = [
            "steps": .int(result.steps), "best_epoch": .int(result.bestEpoch),
            "trainable_parameters": .int(trainable), "loss": .double(result.losses.last ?? 0),
        ]
        var summary = "loss \(String(format: "%.3f", result.losses.last ?? 0))"
        if !result.evaluations.isEmpty {
            let ofBest = result.evaluations[min(max(result.bestEpoch, 1), result.evaluations.count) - 1]
            let best = result.average?.evaluation ?? ofBest
            metrics["validation_loss"] = .double(best.loss)
            for (name, value) in best.metrics.figures.prefix(2) { metrics["validation_" + name] = .double(value) }
            if let (name, value) = best.metrics.figures.first {
                let place =
                    result.average.map { "as the mean of epochs \($0.epochs.lowerBound) to \($0.epochs.upperBound)" }
                    ?? "in epoch \(result.bestEpoch)"
                summary = "\(name) \(String(format: "%.4f", value)) \(place)"
            }
        }
        let epochs = result.evaluations.count
        if configuration.earlyStopping != nil, epochs < configuration.epochs {
            summary += ", stopped after \(epochs) of \(configuration.epochs)"
        }
        return StageReport(
            summary: summary, metrics: metrics,
            measurements: [
                "seconds": .double(result.trainingSeconds), "samples_per_second": .double(result.samplesPerSecond),
                "resumed_from_step": .int(result.resumedFrom), "weight_bytes": .int(tuned.base.byteCount),
                "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }
}
