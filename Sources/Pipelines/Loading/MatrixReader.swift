import Diagnostics
import JSONValues
import YAMLDocument

/// Reads a stage's `matrix`: a mapping of axes to values, which makes the grid of them, or a list of combinations.
struct MatrixReader {
    /// A value of an axis with its place.
    struct Point {
        let value: AxisValue
        let located: LocatedValue
    }

    private struct Axis {
        let key: YAMLMapping.Key
        var labels: [JSONValue: String] = [:]
        var taken: Set<String> = []
    }

    var diagnostics = Diagnostics()
    var expander: ParameterExpander
    private let stage: String
    private var axes: [String: Axis] = [:]

    init(stage: String, expander: ParameterExpander) {
        self.stage = stage
        self.expander = expander
    }

    /// The combinations in order, the last axis of a grid changing fastest; nil for what can't be read, which is
    /// reported.
    mutating func read(_ node: YAMLNode) -> [[Point]]? {
        let before = diagnostics.errors.count + expander.diagnostics.errors.count
        let combinations: [[Point]]
        switch node.content {
        case .mapping(let mapping): combinations = grid(mapping, at: node.location)
        case .sequence(let items): combinations = list(items)
        case .scalar:
            diagnostics.error(
                "expected axes under `matrix` of stage `\(stage)`, found \(node.describe)", at: node.location,
                help: "write `matrix: {seed: [1, 2, 3]}`, or a list of mappings for single combinations")
            return nil
        }
        guard diagnostics.errors.count + expander.diagnostics.errors.count == before else { return nil }
        guard !combinations.isEmpty, !combinations[0].isEmpty else {
            diagnostics.error("the matrix of stage `\(stage)` has no values", at: node.location)
            return nil
        }
        return combinations
    }

    // MARK: - Forms

    private mutating func grid(_ mapping: YAMLMapping, at location: SourceLocation) -> [[Point]] {
        var combinations: [[Point]] = [[]]
        for entry in mapping.entries {
            guard define(entry.key) else { continue }
            let located = expander.expand(entry.value)
            guard case .list(let items) = located.content else {
                if located.isKnown {
                    diagnostics.error(
                        "expected a list of values for the axis `\(entry.key.text)`, found \(entry.value.describe)",
                        at: entry.value.location, help: "write `\(entry.key.text): [VALUE, VALUE]`")
                }
                continue
            }
            var seen: Set<JSONValue> = []
            var points: [Point] = []
            for item in items {
                guard let point = point(item, on: entry.key.text) else { continue }
                if seen.insert(point.value.value).inserted {
                    points.append(point)
                } else {
                    diagnostics.error(
                        "the axis `\(entry.key.text)` has the value \(point.value.label) twice", at: item.location)
                }
            }
            guard fits(combinations.count * points.count, at: location) else { return [] }
            combinations = combinations.flatMap { combination in points.map { combination + [$0] } }
        }
        return combinations
    }

    private mutating func list(_ items: [YAMLNode]) -> [[Point]] {
        var combinations: [[Point]] = []
        var seen: Set<[JSONValue]> = []
        var names: [String]?
        if let last = items.last, !fits(items.count, at: last.location) { return [] }
        for item in items {
            guard let mapping = item.mapping, !mapping.entries.isEmpty else {
                diagnostics.error(
                    "expected a combination of axes and values, found \(item.describe)", at: item.location,
                    help: "write `{AXIS: VALUE, AXIS: VALUE}`")
                continue
            }
            if names == nil {
                for key in mapping.entries.map(\.key) { _ = define(key) }
            }
            let expected = names ?? mapping.keys
            names = expected
            for key in mapping.entries.map(\.key) where !expected.contains(key.text) {
                diagnostics.error(
                    "the first combination has no axis `\(key.text)`", at: key.location,
                    help: Diagnostic.help(forUnknown: key.text, among: expected, as: "axis"))
            }
            var points: [Point] = []
            for name in expected {
                guard let node = mapping[name] else {
                    diagnostics.error(
                        "the combination lacks the axis `\(name)`, which the first one has", at: item.location)
                    continue
                }
                if let point = point(expander.expand(node), on: name) { points.append(point) }
            }
            guard points.count == expected.count else { continue }
            if !seen.insert(points.map(\.value.value)).inserted {
                diagnostics.error("the combination is there twice", at: item.location)
            }
            combinations.append(points)
        }
        return combinations
    }

    private mutating func fits(_ count: Int, at location: SourceLocation) -> Bool {
        guard count > InstanceExpander.maximumInstances else { return true }
        diagnostics.error(
            "the matrix of stage `\(stage)` has more than \(InstanceExpander.maximumInstances) instances", at: location,
            help: "leave out values, or split the pipeline")
        return false
    }

    // MARK: - Parts

    private mutating func define(_ key: YAMLMapping.Key) -> Bool {
        axes[key.text] = Axis(key: key)
        guard PipelineName.isParameter(key.text) else {
            diagnostics.error(
                "`\(key.text)` can't be the name of an axis", at: key.location,
                help: "a name is a letter or `_`, then letters, digits, `_` and `-`")
            return false
        }
        guard let parameter = expander.definitions.first(where: { $0.name == key.text }) else { return true }
        diagnostics.error(
            "the axis `\(key.text)` has the name of a parameter", at: key.location,
            help: "rename one of them, so that `$(\(key.text))` means one thing",
            notes: [Diagnostic.Note("the parameter `\(key.text)` is defined here", at: parameter.keyLocation)])
        expander.markAsUsed(key.text)
        return false
    }

    private mutating func point(_ located: LocatedValue, on axis: String) -> Point? {
        guard located.isKnown else { return nil }
        let value = located.json
        guard let text = Self.text(of: value) else {
            diagnostics.error(
                "expected a single value or a list of them on the axis `\(axis)`", at: located.location)
            return nil
        }
        return Point(
            value: AxisValue(axis: axis, value: value, label: label(text, for: value, on: axis)), located: located)
    }

    private static func text(of value: JSONValue) -> String? {
        switch value {
        case .null, .object: nil
        case .array(let items): items.isEmpty ? nil : items.map { text(of: $0) ?? "" }.joined(separator: "+")
        case .string(let text): text
        default: try? value.canonical
        }
    }

    private static let longestLabel = 32

    /// A text that fits into a name, and that no other value of the axis has.
    private mutating func label(_ text: String, for value: JSONValue, on axis: String) -> String {
        if let label = axes[axis]?.labels[value] { return label }
        var label = ""
        for scalar in text.unicodeScalars {
            let isPlain =
                scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789._+-".unicodeScalars.contains(scalar))
            if isPlain { label.unicodeScalars.append(scalar) } else if label.last != "_" { label += "_" }
        }
        label = label.isEmpty ? "_" : String(label.prefix(Self.longestLabel))
        let plain = label
        var number = 2
        while axes[axis]?.taken.contains(label) == true {
            label = "\(plain)~\(number)"
            number += 1
        }
        axes[axis]?.taken.insert(label)
        axes[axis]?.labels[value] = label
        return label
    }
}
