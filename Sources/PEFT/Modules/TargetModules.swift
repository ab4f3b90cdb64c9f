package import JSONValues
import RegularExpressions

/// Which modules are meant: `target_modules`, `exclude_modules` and `feedforward_modules` in PEFT.
package enum TargetModules: Sendable, Hashable {
    /// Whole names, or their last components: `query` matches `bert.encoder.layer.0.attention.self.query`.
    case names([String])
    /// A regular expression on the whole name.
    case pattern(String)
    /// Every linear layer but the head and the output layer, `all-linear`.
    case allLinear

    /// Reads PEFT's spelling: a list, an expression, or `all-linear`.
    package init?(_ json: JSONValue) {
        switch json {
        case .array(let elements):
            let names = elements.compactMap(\.stringValue)
            guard names.count == elements.count, !names.isEmpty else { return nil }
            self = .names(names)
        case .string(let text) where text.lowercased() == "all-linear": self = .allLinear
        case .string(let pattern): self = .pattern(pattern)
        default: return nil
        }
    }

    package var json: JSONValue {
        switch self {
        // PEFT itself writes a set, in any order.
        case .names(let names): .array(Set(names).sorted().map { .string($0) })
        case .pattern(let pattern): .string(pattern)
        case .allLinear: "all-linear"
        }
    }

    /// Whether a name is among them; nothing is said of `all-linear`, which names do not decide.
    func matches(_ name: String) throws -> Bool {
        switch self {
        case .names(let targets): targets.contains { Self.matches($0, name) }
        case .pattern(let pattern): try Self.expression(pattern).matchesWhole(name)
        case .allLinear: false
        }
    }

    static func matches(_ target: String, _ name: String) -> Bool {
        name == target || name.hasSuffix("." + target)
    }

    static func expression(_ pattern: String, key: String = "target_modules") throws -> RegularExpression {
        do {
            return try RegularExpression(pattern)
        } catch {
            throw PEFTError(["\(key) `\(pattern)` is no regular expression: \(error)"])
        }
    }
}
