import Foundation
import JSONValues

/// Rotary position embeddings (Su et al. 2021, arXiv:2104.09864): pairs of a head's components are turned by an angle
/// that grows with the position.
struct RotaryDescription: Equatable {
    /// How the angles are changed for sequences longer than those of pretraining.
    enum Scaling: Equatable {
        case none
        /// Positions are divided by the factor (Chen et al. 2023, arXiv:2306.15595).
        case linear(factor: Double)
        /// Slow rotations are slowed down by the factor, fast ones stay, those between are mixed (LLaMA 3.1).
        case llama3(factor: Double, lowFrequency: Double, highFrequency: Double, originalLength: Double)
        /// The same by another ramp, with the scores scaled besides (Peng et al. 2023, arXiv:2309.00071).
        case yarn(factor: Double, betaFast: Double, betaSlow: Double, originalLength: Double, attention: Double)
    }

    /// The base of the wavelengths, `rope_theta`.
    var base: Double
    /// How many of a head's components are turned, from the first; even.
    var width: Int
    var scaling: Scaling = .none

    /// The angle per position of each pair, (width / 2), in float32 as transformers computes them.
    var frequencies: [Float] {
        let plain = stride(from: 0, to: width, by: 2).map { 1 / pow(base, Double($0) / Double(width)) }
        switch scaling {
        case .none: return plain.map { Float($0) }
        case .linear(let factor): return plain.map { Float($0 / factor) }
        case .llama3(let factor, let low, let high, let length):
            return plain.map { frequency in
                let wavelength = 2 * Double.pi / frequency
                if wavelength < length / high { return Float(frequency) }
                if wavelength > length / low { return Float(frequency / factor) }
                let smooth = (length / wavelength - low) / (high - low)
                return Float((1 - smooth) * frequency / factor + smooth * frequency)
            }
        case .yarn(let factor, let fast, let slow, let length, _):
            func dimension(_ rotations: Double) -> Double {
                Double(width) * log(length / (rotations * 2 * Double.pi)) / (2 * log(base))
            }
            let low = max(dimension(fast).rounded(.down), 0)
            var high = min(dimension(slow).rounded(.up), Double(width - 1))
            if low == high { high += 0.001 }
            return plain.enumerated().map { index, frequency in
                let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
                return Float(frequency / factor * ramp + frequency * (1 - ramp))
            }
        }
    }

    /// What the rotated components are multiplied by.
    var magnitude: Double {
        if case .yarn(_, _, _, _, let attention) = scaling { attention } else { 1 }
    }
}

extension ConfigurationReader {
    /// Reads the rotation from `rope_theta`, `rope_scaling` and the share of a head, or from `rope_parameters`, which
    /// newer files have instead. A kind that isn't known is reported.
    ///
    /// - Parameters:
    ///   - share: the part of a head that is turned, where the file doesn't say.
    ///   - maximumLength: `max_position_embeddings`.
    mutating func rotation(
        headSize: Int, base defaultBase: Double = 10_000, baseKey: String = "rope_theta",
        shareKey: String = "partial_rotary_factor", share defaultShare: Double = 1, maximumLength: Int
    ) -> RotaryDescription {
        let fileBase = number(baseKey, default: defaultBase, in: 1e-3...1e12)
        let fileShare = number(shareKey, default: defaultShare, in: 0.01...1)
        let scaling = any("rope_scaling")?.objectValue ?? [:]
        let all = any("rope_parameters")?.objectValue ?? [:]
        // Where a file has both, the first goes before the second, as in transformers.
        let parameters =
            scaling.isEmpty
            ? RotaryParameters(key: "rope_parameters", members: all)
            : RotaryParameters(key: "rope_scaling", members: scaling)
        let base = parameters.number("rope_theta", default: fileBase)
        let share = parameters.number("partial_rotary_factor", default: fileShare, atMost: 1)
        let kind = parameters.scaling(maximumLength: maximumLength)
        for problem in parameters.problems { report(problem) }
        return RotaryDescription(base: base, width: Int(Double(headSize) * share) / 2 * 2, scaling: kind)
    }
}

/// The object under `rope_scaling` or `rope_parameters`, with account of its keys.
private final class RotaryParameters {
    private let key: String
    private let members: [String: JSONValue]
    private var readKeys: Set<String> = ["type", "rope_type"]
    private(set) var problems: [String] = []

    init(key: String, members: [String: JSONValue]) {
        self.key = key
        self.members = members
    }

    func number(_ name: String, default fallback: Double? = nil, atMost limit: Double = 1e12) -> Double {
        readKeys.insert(name)
        let value = members[name].flatMap { $0.isNull ? nil : $0 }
        if let number = value?.doubleValue, number > 0, number <= limit { return number }
        if value != nil || fallback == nil {
            problems.append("`\(key).\(name)`: expected a number above 0 and at most \(limit)")
        }
        return fallback ?? 1
    }

    func scaling(maximumLength: Int) -> RotaryDescription.Scaling {
        defer {
            for name in members.keys.sorted() where !readKeys.contains(name) {
                problems.append("unknown key `\(key).\(name)`")
            }
        }
        let type = members["rope_type"]?.stringValue ?? members["type"]?.stringValue ?? "default"
        switch type {
        case "default":
            return .none
        case "linear":
            return .linear(factor: number("factor"))
        case "llama3":
            return .llama3(
                factor: number("factor"), lowFrequency: number("low_freq_factor"),
                highFrequency: number("high_freq_factor"),
                originalLength: number("original_max_position_embeddings"))
        case "yarn":
            let factor = number("factor")
            return .yarn(
                factor: factor, betaFast: number("beta_fast", default: 32), betaSlow: number("beta_slow", default: 1),
                originalLength: number("original_max_position_embeddings", default: Double(maximumLength)),
                attention: number("attention_factor", default: factor <= 1 ? 1 : 0.1 * log(factor) + 1))
        default:
            problems.append("`\(key)` is of the kind `\(type)`: known are default, linear, llama3, yarn")
            return .none
        }
    }
}
