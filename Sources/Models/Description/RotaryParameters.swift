import Foundation
import JSONValues

extension ConfigurationReader {
    /// Reads the rotation from `rope_theta`, `rope_scaling` and the share of a head, or from `rope_parameters`, which
    /// newer files have instead. A kind that isn't known is reported.
    ///
    /// - Parameters:
    ///   - share: the part of a head that is turned, where the file doesn't say.
    ///   - maximumLength: `max_position_embeddings`.
    ///   - originalLength: the length of pretraining, of an architecture that has it beside the other parameters.
    ///   - kinds: the kinds that the architecture knows and what each is called here; nil for all.
    mutating func rotation(
        headSize: Int, base defaultBase: Double = 10_000, baseKey: String = "rope_theta",
        shareKey: String = "partial_rotary_factor", share defaultShare: Double = 1, maximumLength: Int,
        originalLength: Int? = nil, kinds: [String: String]? = nil
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
        let width = Int(Double(headSize) * share) / 2 * 2
        let kind = parameters.scaling(
            width: width, maximumLength: maximumLength, originalLength: originalLength, kinds: kinds)
        for problem in parameters.problems { report(problem) }
        return RotaryDescription(base: base, width: width, scaling: kind)
    }
}

/// The object under `rope_scaling` or `rope_parameters`, with account of its keys.
private final class RotaryParameters {
    private let key: String
    private let members: [String: JSONValue]
    private var readKeys: Set<String> = ["type", "rope_type"]
    private(set) var problems: [String] = []

    private static let largest = 1e12

    init(key: String, members: [String: JSONValue]) {
        self.key = key
        self.members = members
    }

    func number(
        _ name: String, default fallback: Double? = nil, above bound: Int = 0, atMost limit: Double = largest
    ) -> Double {
        let value = value(name)
        if let number = value?.doubleValue, number > Double(bound), number <= limit { return number }
        if value != nil || fallback == nil {
            problems.append("`\(key).\(name)`: expected a number above \(bound) and at most \(Self.spelling(limit))")
        }
        return fallback ?? 1
    }

    func scaling(
        width: Int, maximumLength: Int, originalLength: Int?, kinds: [String: String]?
    ) -> RotaryDescription.Scaling {
        defer {
            for name in members.keys.sorted() where !readKeys.contains(name) {
                problems.append("unknown key `\(key).\(name)`")
            }
        }
        let type = members["rope_type"]?.stringValue ?? members["type"]?.stringValue ?? "default"
        switch kinds.map({ $0[type] ?? "" }) ?? type {
        case "default":
            return .none
        case "linear":
            return .linear(factor: number("factor"))
        case "dynamic":
            // Some files have the length of pretraining besides, of which this kind makes no use.
            readKeys.insert("original_max_position_embeddings")
            if width <= 2 {
                problems.append(
                    "`\(key)` is of the kind `dynamic`: expected more than \(width) components to be turned")
            }
            return .dynamic(factor: number("factor"), originalLength: Double(maximumLength))
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
        case "longrope":
            return longrope(pairCount: width / 2, maximumLength: maximumLength, originalLength: originalLength)
        default:
            let known = kinds?.keys.sorted() ?? ["default", "linear", "dynamic", "llama3", "yarn", "longrope"]
            problems.append("`\(key)` is of the kind `\(type)`: known are \(known.joined(separator: ", "))")
            return .none
        }
    }

    private func longrope(pairCount: Int, maximumLength: Int, originalLength: Int?) -> RotaryDescription.Scaling {
        // A length of 1 has no logarithm to divide by.
        let written = number("original_max_position_embeddings", default: Double(max(maximumLength, 2)), above: 1)
        let length = originalLength.map { Double($0) } ?? written
        let factor = number("factor", default: Double(maximumLength) / length)
        return .longrope(
            short: factors("short_factor", count: pairCount), long: factors("long_factor", count: pairCount),
            originalLength: length,
            attention: number(
                "attention_factor", default: factor <= 1 ? 1 : (1 + log(factor) / log(length)).squareRoot()))
    }

    /// A list of so many numbers, one for each pair of components.
    private func factors(_ name: String, count: Int) -> [Float] {
        let neutral = [Float](repeating: 1, count: count)
        let expectation = "expected a list of \(count) numbers, one for every two of the components that are turned"
        guard let value = value(name) else {
            problems.append("`\(key).\(name)` is missing: \(expectation)")
            return neutral
        }
        guard let elements = value.arrayValue else {
            problems.append("`\(key).\(name)`: \(expectation), found \(value.kindDescription)")
            return neutral
        }
        guard elements.count == count else {
            problems.append("`\(key).\(name)`: \(expectation), found \(elements.count)")
            return neutral
        }
        var factors: [Float] = []
        for (index, element) in elements.enumerated() {
            guard let number = element.doubleValue, number > 0, number <= Self.largest, Float(number).isNormal else {
                let found = element.doubleValue.map(Self.spelling) ?? element.kindDescription
                problems.append(
                    "`\(key).\(name)[\(index)]`: expected a number above 0 and at most \(Self.spelling(Self.largest)), "
                        + "found \(found)")
                return neutral
            }
            factors.append(Float(number))
        }
        return factors
    }

    private static func spelling(_ number: Double) -> String { String(format: "%g", number) }

    /// The value of a key that is there and not null.
    private func value(_ name: String) -> JSONValue? {
        readKeys.insert(name)
        return members[name].flatMap { $0.isNull ? nil : $0 }
    }
}
