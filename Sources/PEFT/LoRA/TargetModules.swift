import Diagnostics
package import JSONValues
package import Models
import RegularExpressions

/// Which linear layers get an adapter, `target_modules` in PEFT.
package enum TargetModules: Sendable, Hashable {
    /// Whole names, or their last components: `query` matches `bert.encoder.layer.0.attention.self.query`.
    case names([String])
    /// A regular expression on the whole name.
    case pattern(String)
    /// Every linear layer but the head, `all-linear`.
    case allLinear

    /// Reads PEFT's spelling: a list, an expression, or `all-linear`.
    package init?(_ json: JSONValue) {
        switch json {
        case .array(let elements):
            let names = elements.compactMap(\.stringValue)
            guard names.count == elements.count, !names.isEmpty else { return nil }
            self = .names(names)
        case .string("all-linear"): self = .allLinear
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

    /// The layers of a model that are meant, in its order. The head is never among them: it is trained itself.
    ///
    /// - Throws: ``PEFTError`` for each name or pattern that matches nothing, with what there is.
    package func select(in model: any TransformerModel) throws -> [Linear] {
        let head = Set(model.head.map(\.name))
        let candidates = model.linears.filter { !head.contains($0.name) }
        switch self {
        case .allLinear:
            return candidates
        case .names(let targets):
            let unmatched = targets.filter { target in !candidates.contains { Self.matches(target, $0.name) } }
            guard unmatched.isEmpty else { throw Self.noMatch(unmatched, among: candidates, head: head) }
            return candidates.filter { layer in targets.contains { Self.matches($0, layer.name) } }
        case .pattern(let pattern):
            let expression: RegularExpression
            do {
                expression = try RegularExpression(pattern)
            } catch {
                throw PEFTError(["target_modules `\(pattern)` is no regular expression: \(error)"])
            }
            let selected = try candidates.filter { try expression.matchesWhole($0.name) }
            guard !selected.isEmpty else { throw Self.noMatch([pattern], among: candidates, head: head) }
            return selected
        }
    }

    private static func matches(_ target: String, _ name: String) -> Bool {
        name == target || name.hasSuffix("." + target)
    }

    private static func noMatch(_ targets: [String], among layers: [Linear], head: Set<String>) -> PEFTError {
        let suffixes = layers.flatMap { Self.suffixes(of: $0.name) }.uniqued()
        let problems = targets.map { target in
            let reason =
                if head.contains(target) {
                    "is the head, which is trained in any case"
                } else if let near = NearestName.find(target, among: suffixes) {
                    "matches no linear layer; did you mean `\(near)`?"
                } else {
                    "matches no linear layer"
                }
            return "target_modules `\(target)` \(reason)"
        }
        return PEFTError(problems, help: "the model's linear layers are \(Self.summary(of: layers.map(\.name)))")
    }

    /// `a.b.c` → `c`, `b.c`, `a.b.c`
    private static func suffixes(of name: String) -> [String] {
        let parts = name.split(separator: ".")
        return parts.indices.reversed().map { parts[$0...].joined(separator: ".") }
    }

    /// The names with the numbers of repeated layers drawn together: `encoder.layer.0…5.output.dense`.
    private static func summary(of names: [String]) -> String {
        var shapes: [String] = []
        var numbers: [String: [Int]] = [:]
        for name in names {
            let parts = name.split(separator: ".").map(String.init)
            let shape = parts.map { Int($0) == nil ? $0 : "#" }.joined(separator: ".")
            if numbers[shape] == nil { shapes.append(shape) }
            numbers[shape, default: []] += parts.compactMap { Int($0) }.prefix(1)
        }
        return shapes.map { shape in
            guard let found = numbers[shape], let first = found.min(), let last = found.max() else { return shape }
            return shape.replacing("#", with: first == last ? "\(first)" : "\(first)…\(last)")
        }.joined(separator: ", ")
    }
}

extension Array where Element: Hashable {
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
