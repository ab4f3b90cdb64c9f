import Diagnostics
import JSONValues
import YAMLDocument

/// Fills in `$(name)`, and finds what is wrong with its use.
struct ParameterExpander {
    /// A parameter under `params`.
    struct Definition {
        let name: String
        let keyLocation: SourceLocation
        let isOverridden: Bool
        var value: LocatedValue
        /// The value inside a longer text; nil for a list and for nothing.
        var text: String?
        var isUsed = false
    }

    /// The most that all values together may come to, in bytes of text. Parameters that double each other would make a
    /// small file fill the memory.
    private static let maximumSize = 16 << 20

    private(set) var definitions: [Definition] = []

    /// Whether `params` could be read; if not, nothing can be said of a name that isn't there.
    var knowsAllNames = true

    var diagnostics = Diagnostics()

    var suggestions = Suggestions()

    /// The axes of a stage's matrix with the values of one combination, while the stage is read.
    private var scope: [String: Definition] = [:]
    private var usedAxes: Set<String> = []
    private var indices: [String: Int] = [:]
    private var size = 0

    mutating func define(_ definition: Definition) {
        indices[definition.name] = definitions.count
        definitions.append(definition)
    }

    mutating func set(_ value: LocatedValue, text: String?, of name: String) {
        guard let index = indices[name] else { return }
        definitions[index].value = value
        definitions[index].text = text
    }

    mutating func markAsUsed(_ name: String) {
        if let index = indices[name] { definitions[index].isUsed = true }
    }

    mutating func beginScope() { usedAxes = [] }

    /// From now on `$(axis)` stands for the combination's values.
    mutating func enter(_ combination: [MatrixReader.Point], at location: SourceLocation) {
        scope = [:]
        for point in combination {
            let text: String? =
                if case .array = point.value.value { nil } else { point.value.value.stringValue ?? point.value.label }
            scope[point.value.axis] = Definition(
                name: point.value.axis, keyLocation: location, isOverridden: false, value: point.located, text: text)
        }
    }

    /// The axes that were used.
    mutating func endScope() -> Set<String> {
        scope = [:]
        return usedAxes
    }

    /// The value of a node, its references filled in.
    mutating func expand(_ node: YAMLNode) -> LocatedValue {
        switch node.content {
        case .scalar(let scalar):
            return expand(scalar, of: node).value
        case .sequence(let items):
            return LocatedValue(.list(items.map { expand($0) }), at: node.location)
        case .mapping(let mapping):
            return LocatedValue(.mapping(entries(of: mapping)), at: node.location)
        }
    }

    mutating func entries(of mapping: YAMLMapping) -> [LocatedValue.Entry] {
        mapping.entries.map {
            LocatedValue.Entry(key: $0.key.text, keyLocation: $0.key.location, value: expand($0.value))
        }
    }

    /// The value of a single node, and how it reads inside a longer text.
    mutating func expand(_ scalar: YAMLScalar, of node: YAMLNode) -> (value: LocatedValue, text: String?) {
        let unknown = (LocatedValue(.unknown, at: node.location), String?.none)
        guard let reference = ReferenceText(scalar.text) else {
            guard let value = literal(scalar, at: node.location) else { return unknown }
            return (LocatedValue(.scalar(value), at: node.location), value.isNull ? nil : scalar.text)
        }
        if case .reference(let name, let offset, let length) = reference.pieces[0], reference.pieces.count == 1 {
            let place = node.location(offset: offset, length: length)
            guard let definition = use(name, at: place) else { return unknown }
            guard reserve(Self.size(of: definition.value), at: place) else { return unknown }
            return (LocatedValue(definition.value, ofParameter: name, at: node.location), definition.text)
        }
        guard let text = text(of: reference, in: node) else { return unknown }
        return (LocatedValue(.scalar(.string(text)), at: node.location), text)
    }

    private mutating func literal(_ scalar: YAMLScalar, at location: SourceLocation) -> JSONValue? {
        switch scalar.value {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .int(value)
        case .text(let value): return .string(value)
        case .number(let value):
            if value.isFinite { return .double(value) }
            diagnostics.error(
                "expected a finite number, found \(scalar.text)", at: location, help: "in quotes it is a text")
            return nil
        }
    }

    /// The text with every reference filled in; nil where one of them can't be.
    private mutating func text(of reference: ReferenceText, in node: YAMLNode) -> String? {
        var result: String? = ""
        for piece in reference.pieces {
            switch piece {
            case .text(let text):
                result?.append(text)
            case .unterminated(let offset, let length):
                diagnostics.error(
                    "`$(` without a closing `)`", at: node.location(offset: offset, length: length),
                    help: "write `$(name)` for a parameter, `$$(` for `$(` itself")
                return nil
            case .reference(let name, let offset, let length):
                let place = node.location(offset: offset, length: length)
                guard let definition = use(name, at: place), case .scalar = definition.value.content else {
                    if case .list = (scope[name] ?? indices[name].map { definitions[$0] })?.value.content {
                        reportNotText("a list", name, at: place)
                    }
                    result = nil
                    continue
                }
                guard let text = definition.text else {
                    reportNotText("nothing", name, at: place)
                    result = nil
                    continue
                }
                guard reserve(text.utf8.count, at: place) else { return nil }
                result?.append(text)
            }
        }
        return result
    }

    private mutating func reportNotText(_ what: String, _ name: String, at place: SourceLocation) {
        diagnostics.error(
            "the parameter `\(name)` is \(what), which can't be a part of a text", at: place,
            help: "a value that is exactly `$(\(name))` takes it as it is")
    }

    /// The parameter of this name, which counts as used from now on.
    private mutating func use(_ name: String, at place: SourceLocation) -> Definition? {
        if let axis = scope[name] {
            usedAxes.insert(name)
            return axis
        }
        if let index = indices[name] {
            definitions[index].isUsed = true
            return definitions[index]
        }
        guard knowsAllNames else { return nil }
        if PipelineName.isParameter(name) {
            diagnostics.error(
                "unknown parameter `\(name)`", at: place,
                help: definitions.isEmpty && scope.isEmpty
                    ? "define it: `params: {\(name): VALUE}`"
                    : suggestions.help(
                        forUnknown: name, among: definitions.map(\.name) + scope.keys.sorted(), as: "parameter"))
        } else {
            diagnostics.error(
                "`$(\(name))` does not name a parameter", at: place,
                help: "write `$(name)` for a parameter, `$$(` for `$(` itself")
        }
        return nil
    }

    // MARK: - Size

    /// Counts what a reference adds; false where it is more than there is room for, which is reported once.
    private mutating func reserve(_ amount: Int, at place: SourceLocation) -> Bool {
        guard size <= Self.maximumSize else { return false }
        size += amount
        guard size > Self.maximumSize else { return true }
        diagnostics.error(
            "with `$(…)` filled in, the pipeline's values are larger than \(Self.maximumSize >> 20) MiB", at: place)
        return false
    }

    private static func size(of value: LocatedValue) -> Int {
        switch value.content {
        case .scalar(.string(let text)): 8 + text.utf8.count
        case .scalar, .unknown: 8
        case .list(let items): items.reduce(8) { $0 + size(of: $1) }
        case .mapping(let entries): entries.reduce(8) { $0 + $1.key.utf8.count + size(of: $1.value) }
        }
    }
}
