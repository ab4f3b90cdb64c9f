import Foundation

/// Rotary position embeddings (Su et al. 2021, arXiv:2104.09864): pairs of a head's components are turned by an angle
/// that grows with the position.
struct RotaryDescription: Equatable {
    /// How the angles are changed for sequences longer than those of pretraining.
    enum Scaling: Equatable {
        case none
        /// Positions are divided by the factor (Chen et al. 2023, arXiv:2306.15595).
        case linear(factor: Double)
        /// The base grows with the length of the batch, so that slow rotations slow down and fast ones hardly (known as
        /// dynamic NTK scaling). Up to the original length nothing is changed.
        case dynamic(factor: Double, originalLength: Double)
        /// Slow rotations are slowed down by the factor, fast ones stay, those between are mixed (LLaMA 3.1).
        case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, originalLength: Double)
        /// The same by another ramp, with the scores scaled besides (Peng et al. 2023, arXiv:2309.00071).
        case yarn(factor: Double, betaFast: Double, betaSlow: Double, originalLength: Double, attention: Double)
        /// Each pair is slowed down by a factor of its own, from one list for batches up to the original length and from
        /// another for longer ones, with the scores scaled besides (Ding et al. 2024, arXiv:2402.13753).
        case longrope(short: [Float], long: [Float], originalLength: Double, attention: Double)
    }

    /// The base of the wavelengths, `rope_theta`.
    var base: Double
    /// How many of a head's components are turned, from the first; even.
    var width: Int
    var scaling: Scaling = .none

    /// The angle per position of each pair, (width / 2), in float32 as transformers computes them: what a step
    /// rounds off shows at large positions.
    ///
    /// Where the angles depend on the length, they are those of a model that sees its first batch. transformers' `dynamic`
    /// remembers the longest batch so far and turns later ones of the original length or more by that one's angles; here
    /// no batch knows of another, so that the same one always gives the same logits.
    ///
    /// - Parameter length: how many positions the longest row of the batch has, see ``largestUnscaledLength``.
    func frequencies(length: Int) -> [Float] {
        switch scaling {
        case .none: return plain
        case .linear(let factor): return plain.map { $0 / Float(factor) }
        case .dynamic(let factor, let originalLength):
            guard Double(length) > originalLength else { return plain }
            let stretch = Float(factor) * Float(length) / Float(originalLength) - Float(factor - 1)
            let growth = Float(pow(Double(stretch), Double(width) / Double(width - 2)))
            return wavelengths(base: Float(base) * growth).map { 1 / $0 }
        case .llama3(let factor, let low, let high, let length):
            return plain.map { frequency in
                let wavelength = Float(2 * Double.pi) / frequency
                if wavelength < Float(length / high) { return frequency }
                if wavelength > Float(length / low) { return frequency / Float(factor) }
                let smooth = (Float(length) / wavelength - Float(low)) / Float(high - low)
                return (1 - smooth) * frequency / Float(factor) + smooth * frequency
            }
        case .yarn(let factor, let fast, let slow, let length, _):
            func dimension(_ rotations: Double) -> Double {
                Double(width) * log(length / (rotations * 2 * Double.pi)) / (2 * log(base))
            }
            let low = max(dimension(fast).rounded(.down), 0)
            var high = min(dimension(slow).rounded(.up), Double(width - 1))
            if low == high { high += 0.001 }
            return wavelengths(base: Float(base)).enumerated().map { index, wavelength in
                let kept = 1 - min(max((Float(index) - Float(low)) / Float(high - low), 0), 1)
                return 1 / (Float(factor) * wavelength) * (1 - kept) + 1 / wavelength * kept
            }
        case .longrope(let short, let long, let originalLength, _):
            let factors = Double(length) > originalLength ? long : short
            return zip(factors, wavelengths(base: Float(base))).map { 1 / ($0 * $1) }
        }
    }

    /// The length up to which the angles are the same for every batch; nil where they never change.
    var largestUnscaledLength: Double? {
        switch scaling {
        case .dynamic(_, let originalLength): originalLength
        case .longrope(_, _, let originalLength, _): originalLength
        case .none, .linear, .llama3, .yarn: nil
        }
    }

    /// What the rotated components are multiplied by.
    var magnitude: Double {
        switch scaling {
        case .yarn(_, _, _, _, let attention): attention
        case .longrope(_, _, _, let attention): attention
        case .none, .linear, .dynamic, .llama3: 1
        }
    }

    /// The angles without scaling.
    private var plain: [Float] { wavelengths(base: Float(base)).map { 1 / $0 } }

    /// The positions in which each pair turns by 2π, over 2π: (width / 2).
    private func wavelengths(base: Float) -> [Float] {
        stride(from: 0, to: width, by: 2).map { Float(pow(Double(base), Double(Float($0) / Float(width)))) }
    }
}
