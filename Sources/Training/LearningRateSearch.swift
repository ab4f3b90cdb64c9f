import Foundation
package import PEFT

/// The learning-rate range test (Smith 2015, arXiv:1506.01186): a short training whose rate rises in equal factors from
/// step to step, until the loss goes up for good. Where the loss falls fast, a training learns fast.
package struct LearningRateSearch: Sendable {
    /// The rate of the first step, and of the last.
    package var from = 1e-6
    package var to = 1.0
    package var steps = 100

    /// How slowly the smooth loss follows.
    private static let smoothing = 0.9
    /// The search ends where the smooth loss is this many times the lowest.
    private static let limit = 4.0
    /// Steps at the beginning that decide nothing, or a tenth of all if that is more: the mean of few losses says little.
    private static let settling = 5

    package init() {}

    package struct Point: Sendable, Hashable {
        package let rate: Double
        /// The step's mean loss, before the step changed anything.
        package let loss: Double
        /// The running mean of losses.
        package let smoothLoss: Double

        package init(rate: Double, loss: Double, smoothLoss: Double) {
            self.rate = rate
            self.loss = loss
            self.smoothLoss = smoothLoss
        }
    }

    package struct Result: Sendable, Hashable {
        package let points: [Point]
        /// Whether the loss rose so far that the search ended before its last rate.
        package let isDiverged: Bool

        package init(points: [Point], isDiverged: Bool) {
            self.points = points
            self.isDiverged = isDiverged
        }

        /// The rate with the lowest smooth loss; nil where there are too few points.
        package var lowest: Double? { settled.min { $0.smoothLoss < $1.smoothLoss }?.rate }

        /// The rate at which the smooth loss falls fastest, by the rate's logarithm, before it is lowest; nil where it
        /// never falls.
        package var steepest: Double? {
            guard let lowest else { return nil }
            let falling = settled.filter { $0.rate <= lowest }
            // Over a few points to either side: single steps say little.
            let reach = max(1, points.count / 20)
            let slopes = falling.indices.dropFirst(reach).dropLast(reach).map { index in
                let (left, right) = (falling[index - reach], falling[index + reach])
                return (index, (right.smoothLoss - left.smoothLoss) / log(right.rate / left.rate))
            }
            guard let steepest = slopes.min(by: { $0.1 < $1.1 }), steepest.1 < 0 else { return nil }
            return falling[steepest.0].rate
        }

        /// A rate to train with: a tenth of where the loss is lowest, at which the training is about to come apart, and no
        /// more than where it falls fastest.
        package var suggestion: Double? {
            guard let lowest, let steepest else { return nil }
            return min(lowest / 10, steepest)
        }

        private var settled: ArraySlice<Point> {
            points.dropFirst(max(LearningRateSearch.settling, points.count / 10))
        }
    }

    /// Searches; the model is left as the search left it.
    ///
    /// - Parameter configuration: of the training; its learning rate and what concerns epochs are not read.
    /// - Throws: ``TrainingError`` for what is wrong with the examples; ``TrainingStopped`` if asked to stop.
    package func run(
        model: any TunedModel, configuration: TrainingConfiguration, training: [EncodedExample],
        progress: (_ step: Int, _ point: Point) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> Result {
        guard from > 0, to > from, steps >= 2 * Self.settling else {
            throw TrainingError([
                "a search goes from a rate above 0 to a higher one in at least \(2 * Self.settling) steps"
            ])
        }
        var configuration = configuration
        configuration.headLearningRate = configuration.headLearningRate.map { $0 / configuration.learningRate * from }
        configuration.learningRate = from
        let perEpoch = configuration.stepsPerEpoch(exampleCount: training.count)
        configuration.epochs = perEpoch > 0 ? (steps + perEpoch - 1) / perEpoch : 1
        let trainer = try Trainer(
            model: model, configuration: configuration, training: training,
            schedule: LearningRateSchedule(from: from, to: to, totalSteps: steps))
        var points: [Point] = []
        var mean = 0.0
        var lowest = Double.infinity
        var isDiverged = false
        do {
            _ = try trainer.run(
                progress: { report in
                    mean = Self.smoothing * mean + (1 - Self.smoothing) * report.loss
                    let smooth = mean / (1 - pow(Self.smoothing, Double(report.step)))
                    let point = Point(rate: report.learningRate, loss: report.loss, smoothLoss: smooth)
                    points.append(point)
                    lowest = min(lowest, smooth)
                    isDiverged = points.count > Self.settling && smooth > Self.limit * lowest
                    progress(report.step, point)
                }, shouldStop: { isDiverged || shouldStop() })
        } catch is TrainingStopped where isDiverged {
            // The search is done.
        } catch is TrainingError where points.count > Self.settling {
            // A loss or gradient that is no number any more.
            isDiverged = true
        }
        return Result(points: points, isDiverged: isDiverged)
    }
}
