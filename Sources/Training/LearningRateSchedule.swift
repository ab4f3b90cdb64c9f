import Foundation

/// The learning rate of each step: it rises from 0 over the warm-up, then follows a shape. As in transformers, the
/// first step of a warm-up has the rate 0.
package struct LearningRateSchedule: Sendable, Hashable {
    /// What follows the warm-up, by transformers' names.
    package enum Shape: String, CaseIterable, Sendable, Codable {
        /// A straight line to 0.
        case linear
        /// Half a cosine wave to 0 (Loshchilov and Hutter 2016, arXiv:1608.03983).
        case cosine
        case constant
        /// The same as `constant`, which here has a warm-up too.
        case constantWithWarmup = "constant_with_warmup"
        /// Several half waves of a cosine, each from the peak to 0.
        case cosineWithRestarts = "cosine_with_restarts"
        /// A power of the share of steps left, down to a rate of its own.
        case polynomial
        /// One over the square root of the steps done.
        case inverseSqrt = "inverse_sqrt"
    }

    package enum Warmup: Sendable, Hashable, Codable {
        case steps(Int)
        /// The part of all steps, rounded up.
        case ratio(Double)
    }

    /// What single shapes leave open: `lr_scheduler_kwargs`.
    package struct Details: Sendable, Hashable, Codable {
        /// Of `polynomial`.
        package var power = 1.0
        /// The rate in which `polynomial` ends.
        package var end = 1e-7
        /// Half waves of `cosine_with_restarts`.
        package var cycles = 1
        /// Steps in which `inverse_sqrt` falls to 1/√2; nil is the warm-up's, or 10,000 without one.
        package var timescale: Int?

        package init() {}
    }

    package let peak: Double
    package let warmupSteps: Int
    package let totalSteps: Int
    private let course: Course

    private enum Course: Sendable, Hashable {
        case shape(Shape, Details)
        /// From the peak in equal factors to a rate, which the last step has.
        case range(end: Double)
    }

    package init(peak: Double, shape: Shape, warmup: Warmup, totalSteps: Int, details: Details = Details()) {
        self.peak = peak
        self.totalSteps = totalSteps
        course = .shape(shape, details)
        switch warmup {
        case .steps(let steps): warmupSteps = steps
        case .ratio(let ratio): warmupSteps = Int((ratio * Double(totalSteps)).rounded(.up))
        }
    }

    /// Rates from one to another in equal factors, for a search among them.
    package init(from start: Double, to end: Double, totalSteps: Int) {
        peak = start
        warmupSteps = 0
        self.totalSteps = totalSteps
        course = .range(end: end)
    }

    /// - Parameter step: counts from 0.
    package func learningRate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step) / Double(warmupSteps) }
        let progress = min(Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps)), 1)
        switch course {
        case .range(let end):
            return peak * pow(end / peak, Double(step) / Double(max(1, totalSteps - 1)))
        case .shape(let shape, let details):
            switch shape {
            case .linear: return peak * (1 - progress)
            case .cosine: return peak * 0.5 * (1 + cos(.pi * progress))
            case .constant, .constantWithWarmup: return peak
            case .cosineWithRestarts:
                guard progress < 1 else { return 0 }
                let inCycle = (Double(details.cycles) * progress).truncatingRemainder(dividingBy: 1)
                return peak * max(0, 0.5 * (1 + cos(.pi * inCycle)))
            case .polynomial: return (peak - details.end) * pow(1 - progress, details.power) + details.end
            case .inverseSqrt:
                let timescale = details.timescale ?? (warmupSteps > 0 ? warmupSteps : 10_000)
                return peak / (Double(step - warmupSteps + timescale) / Double(timescale)).squareRoot()
            }
        }
    }
}
