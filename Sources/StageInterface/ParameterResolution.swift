import Diagnostics
package import JSONValues

extension [ParameterDeclaration] {
    /// Checks what a pipeline writes against these declarations, and fills in defaults.
    ///
    /// Numbers get the one form of their declared type, so that `1` and `1.0` give the same key. A parameter
    /// with an inherited default that is not written stays out of the result.
    ///
    /// A key that is missing is not reported where an unknown key looks like it: that is one mistake, not two.
    package func resolve(
        _ written: [String: JSONValue], at path: [String] = []
    ) -> (values: [String: JSONValue], problems: [ParameterProblem]) {
        var values = [String: JSONValue](minimumCapacity: count)
        var (problems, misspelt) = unknownKeys(in: written, at: path)
        for declaration in self {
            if let value = written[declaration.name], !(value.isNull && declaration.acceptsNull) {
                let (resolved, found) = declaration.type.resolve(value, at: path + [declaration.name])
                values[declaration.name] = resolved
                problems += found
                continue
            }
            if let value = declaration.resolvedDefault {
                values[declaration.name] = value
            } else if case .required = declaration.defaultValue, !misspelt.contains(declaration.name) {
                problems.append(declaration.missing(at: path))
            }
        }
        return (values, problems)
    }

    /// A problem for each key that no declaration knows, and the names that these keys were likely meant to be.
    private func unknownKeys(
        in written: [String: JSONValue], at path: [String]
    ) -> (problems: [ParameterProblem], misspelt: Set<String>) {
        guard !written.keys.allSatisfy({ name in contains { $0.name == name } }) else { return ([], []) }
        let names = map(\.name)
        let known = Set(names)
        var problems: [ParameterProblem] = []
        var misspelt: Set<String> = []
        for name in written.keys.sorted() where !known.contains(name) {
            let unwritten = names.filter { written[$0] == nil }
            if let nearest = NearestName.find(name, among: unwritten) { misspelt.insert(nearest) }
            problems.append(
                ParameterProblem(
                    path: path + [name], concernsKey: true, message: "unknown key `\(name)`", candidates: names,
                    help: names.isEmpty
                        ? "no keys are known here" : "known keys: " + names.map { "`\($0)`" }.joined(separator: ", ")))
        }
        return (problems, misspelt)
    }
}

extension ParameterDeclaration {
    fileprivate var acceptsNull: Bool {
        if case .absent = defaultValue { true } else { false }
    }

    /// The problem of a mapping at `path` that does not hold this parameter, which it must.
    ///
    /// - Parameter reason: why it has no value without being written, in words.
    package func missing(at path: [String], reason: String? = nil) -> ParameterProblem {
        ParameterProblem(
            path: path, concernsKey: true, missingKey: name, message: "the key `\(name)` is missing",
            help: "`\(name)`: \(type). \(help)" + (reason.map { "\n\($0)" } ?? ""))
    }
}

extension ParameterType {
    /// Checks one value; `value` is meaningful where there are no problems.
    package func resolve(_ value: JSONValue, at path: [String]) -> (value: JSONValue, problems: [ParameterProblem]) {
        switch self {
        case .boolean:
            if value.boolValue != nil { return (value, []) }
        case .integer(let range):
            if let number = value.intValue, range.contains(number) { return (.int(number), []) }
        case .number(let range):
            if let number = value.doubleValue, range.contains(number) { return (.double(number), []) }
        case .text, .folder:
            if value.stringValue != nil { return (value, []) }
        case .choice(let names):
            if let name = value.stringValue {
                if names.contains(name) { return (value, []) }
                let problem = ParameterProblem(
                    path: path, message: "expected \(self), found `\(name)`", candidates: names,
                    unknownName: name)
                return (value, [problem])
            }
        case .file(let use):
            if let name = value.stringValue, use.accepts(name) { return (value, []) }
        case .list(let element, let minimum):
            // A list of many files stays as it is, and no place in it is asked for.
            if case .file = element, accepts(value) { return (value, []) }
            if let items = value.arrayValue, items.count >= minimum {
                return Self.gather(items.enumerated().map { element.resolve($1, at: path + [String($0)]) }) {
                    .array($0)
                }
            }
        case .map(let type):
            if let object = value.objectValue {
                let names = object.keys.sorted()
                return Self.gather(names.map { type.resolve(object[$0] ?? .null, at: path + [$0]) }) { values in
                    .object(Dictionary(uniqueKeysWithValues: zip(names, values)))
                }
            }
        case .record(let fields):
            if let object = value.objectValue {
                let (values, problems) = fields.resolve(object, at: path)
                return (.object(values), problems)
            }
        case .oneOf(let types):
            if let match = types.first(where: { $0.accepts(value) }) { return match.resolve(value, at: path) }
            let results = types.map { $0.resolve(value, at: path) }
            // What is wrong with a value of the right shape says more than the list of shapes.
            let shaped = types.indices.filter { types[$0].hasShape(of: value) }
            if shaped.count == 1 { return results[shaped[0]] }
            let candidates = results.flatMap { $0.problems.flatMap(\.candidates) }
            return (value, [mismatch(value, at: path, candidates: candidates)])
        }
        return (value, [mismatch(value, at: path)])
    }

    /// Whether ``resolve(_:at:)`` finds no problem, at less cost.
    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .boolean: value.boolValue != nil
        case .text, .folder: value.stringValue != nil
        case .choice(let names): value.stringValue.map(names.contains) ?? false
        case .file(let use): value.stringValue.map(use.accepts) ?? false
        case .list(let element, let minimum):
            value.arrayValue.map { $0.count >= minimum && $0.allSatisfy(element.accepts) } ?? false
        case .oneOf(let types): types.contains { $0.accepts(value) }
        default: resolve(value, at: []).problems.isEmpty
        }
    }

    private func mismatch(_ value: JSONValue, at path: [String], candidates: [String] = []) -> ParameterProblem {
        ParameterProblem(
            path: path, message: "expected \(self), found \(value.phrase)", candidates: candidates,
            unknownName: candidates.isEmpty ? nil : value.stringValue, help: remedy(for: value))
    }

    /// How to write the value, where the mistake is a usual one.
    private func remedy(for value: JSONValue) -> String? {
        switch (self, value) {
        case (.oneOf(let types), _):
            return types.lazy.compactMap { $0.remedy(for: value) }.first
        case (.text, .bool), (.text, .int), (.text, .double):
            return "in quotes it is a text"
        case (.boolean, .string(let text)) where ["yes", "on", "y"].contains(text.lowercased()):
            return "write `true`"
        case (.boolean, .string(let text)) where ["no", "off", "n"].contains(text.lowercased()):
            return "write `false`"
        case (.boolean, .string(let text)), (.integer, .string(let text)), (.number, .string(let text)):
            guard let unquoted = try? JSONValue(parsing: text) else { return nil }
            return resolve(unquoted, at: []).problems.isEmpty ? "leave out the quotes" : nil
        case (.list(let element, _), .bool), (.list(let element, _), .int), (.list(let element, _), .double),
            (.list(let element, _), .string):
            return element.resolve(value, at: []).problems.isEmpty ? "a list of one is written `[…]`" : nil
        default: return nil
        }
    }

    /// Whether the value is a text where texts are accepted, a list where lists are, and so on.
    private func hasShape(of value: JSONValue) -> Bool {
        switch (self, value) {
        case (.boolean, .bool), (.integer, .int), (.integer, .double), (.number, .int), (.number, .double),
            (.text, .string), (.choice, .string), (.file, .string), (.folder, .string), (.list, .array),
            (.map, .object), (.record, .object):
            true
        case (.oneOf(let types), _): types.contains { $0.hasShape(of: value) }
        default: false
        }
    }

    private static func gather(
        _ results: [(value: JSONValue, problems: [ParameterProblem])], _ make: ([JSONValue]) -> JSONValue
    ) -> (value: JSONValue, problems: [ParameterProblem]) {
        (make(results.map(\.value)), results.flatMap(\.problems))
    }
}

extension FileUse {
    /// Whether the stage can read a file of this name. An address that is not right is told by who reads it.
    fileprivate func accepts(_ path: String) -> Bool {
        guard !extensions.isEmpty else { return true }
        var name = path
        if RemoteSource.isRemote(path) {
            guard let file = try? RemoteSource(parsing: path).fileName else { return true }
            name = file
        }
        return extensions.contains { name.utf8.hasSuffix($0.utf8, behind: UInt8(ascii: ".")) }
    }
}

extension JSONValue {
    /// The value in words that follow "found".
    package var phrase: String {
        switch self {
        case .null: "nothing"
        case .bool(let value): "`\(value)`"
        case .int(let value): "the number \(value)"
        case .double(let value): "the number \(value)"
        case .string(""): "an empty text"
        case .string(let value): "the text `\(value.truncated(toWidth: Self.longestInMessage))`"
        case .array(let items): items.isEmpty ? "an empty list" : "a list"
        case .object(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
        }
    }

    private static let longestInMessage = 60
}

extension String.UTF8View {
    /// Whether the text ends in a byte and another text behind it.
    fileprivate func hasSuffix(_ suffix: String.UTF8View, behind byte: UInt8) -> Bool {
        let tail = self.suffix(suffix.count + 1)
        return tail.first == byte && tail.dropFirst().elementsEqual(suffix)
    }
}
