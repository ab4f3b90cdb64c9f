import Foundation

/// The learning rate of each step: it rises from 0 over the warm-up, then follows a shape. As in transformers, the
/// first step of a warm-up has the rate 0.
package struct LearningRateSchedule: Sendable, Hashable {
    /// What follows the warm-up.
    package enum Shape: String, CaseIterable, Sendable, Codable {
        /// A straight line to 0.
        case linear
        /// Half a cosine wave to 0 (Loshchilov and Hutter 2016, arXiv:1608.03983).
        case cosine
        case constant
    }

    package enum Warmup: Sendable, Hashable, Codable {
        case steps(Int)
        /// The part of all steps, rounded up.
        case ratio(Double)
    }

    package let peak: Double
    package let shape: Shape
    package let warmupSteps: Int
    package let totalSteps: Int

    package init(peak: Double, shape: Shape, warmup: Warmup, totalSteps: Int) {
        self.peak = peak
        self.shape = shape
        self.totalSteps = totalSteps
        switch warmup {
        case .steps(let steps): warmupSteps = steps
        case .ratio(let ratio): warmupSteps = Int((ratio * Double(totalSteps)).rounded(.up))
        }
    }

    /// - Parameter step: counts from 0.
    package func learningRate(at step: Int) -> Double {
        if step < warmupSteps { return peak * Double(step) / Double(warmupSteps) }
        let progress = min(Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps)), 1)
        switch shape {
        case .linear: return peak * (1 - progress)
        case .cosine: return peak * 0.5 * (1 + cos(.pi * progress))
        case .constant: return peak
        }
    }
}
