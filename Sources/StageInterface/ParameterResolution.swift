package import JSONValues

/// What is wrong with a parameter that a pipeline writes.
package struct ParameterProblem: Sendable, Hashable {
    /// Where, from the top of `with:`; an index is a number.
    package let path: [String]
    /// The key itself is wrong rather than its value.
    package let concernsKey: Bool
    package let message: String
    /// Names from which the nearest may be suggested.
    package let candidates: [String]
    package let help: String?

    package init(
        path: [String], concernsKey: Bool = false, message: String, candidates: [String] = [], help: String? = nil
    ) {
        self.path = path
        self.concernsKey = concernsKey
        self.message = message
        self.candidates = candidates
        self.help = help
    }
}

extension [ParameterDeclaration] {
    /// Checks what a pipeline writes against these declarations, and fills in defaults.
    ///
    /// Numbers get the one form of their declared type, so that `1` and `1.0` give the same key. A parameter
    /// with an inherited default that is not written stays out of the result.
    package func resolve(
        _ written: [String: JSONValue], at path: [String] = []
    ) -> (values: [String: JSONValue], problems: [ParameterProblem]) {
        var values: [String: JSONValue] = [:]
        var problems: [ParameterProblem] = []
        let known = Set(map(\.name))
        for name in written.keys.sorted() where !known.contains(name) {
            problems.append(
                ParameterProblem(
                    path: path + [name], concernsKey: true, message: "unknown key `\(name)`",
                    candidates: self.map(\.name),
                    help: "known keys: " + self.map { "`\($0.name)`" }.joined(separator: ", ")))
        }
        for declaration in self {
            let here = path + [declaration.name]
            if let value = written[declaration.name], !(value.isNull && declaration.acceptsNull) {
                let (resolved, found) = declaration.type.resolve(value, at: here)
                values[declaration.name] = resolved
                problems += found
                continue
            }
            switch declaration.defaultValue {
            case .required:
                problems.append(
                    ParameterProblem(
                        path: path, concernsKey: true, message: "the key `\(declaration.name)` is missing",
                        help: "`\(declaration.name)`: \(declaration.type). \(declaration.help)"))
            case .value(let value): values[declaration.name] = declaration.type.resolve(value, at: here).value
            case .absent: values[declaration.name] = .null
            case .inherited: break
            }
        }
        return (values, problems)
    }
}

extension ParameterDeclaration {
    fileprivate var acceptsNull: Bool {
        if case .absent = defaultValue { true } else { false }
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
        case .text:
            if value.stringValue != nil { return (value, []) }
        case .choice(let names):
            if let name = value.stringValue {
                if names.contains(name) { return (value, []) }
                let problem = ParameterProblem(
                    path: path, message: "expected \(self), found `\(name)`", candidates: names)
                return (value, [problem])
            }
        case .file(let use):
            if let name = value.stringValue {
                if use.extensions.isEmpty || use.extensions.contains(where: { name.hasSuffix("." + $0) }) {
                    return (value, [])
                }
            }
        case .folder:
            if value.stringValue != nil { return (value, []) }
        case .list(let element, let minimum):
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
            let results = types.map { $0.resolve(value, at: path) }
            if let match = results.first(where: { $0.problems.isEmpty }) { return match }
            // A value of the right shape has problems deeper down: these say more than the list of shapes.
            if let near = results.first(where: { $0.problems.allSatisfy { $0.path.count > path.count } }) {
                return near
            }
        }
        return (value, [ParameterProblem(path: path, message: "expected \(self), found \(value.phrase)")])
    }

    private static func gather(
        _ results: [(value: JSONValue, problems: [ParameterProblem])], _ make: ([JSONValue]) -> JSONValue
    ) -> (value: JSONValue, problems: [ParameterProblem]) {
        (make(results.map(\.value)), results.flatMap(\.problems))
    }

    /// The value with every path in it replaced by what `transform` makes of it.
    package func mappingPaths(
        in value: JSONValue, _ transform: (ParameterType, String) throws -> JSONValue
    ) rethrows -> JSONValue {
        switch self {
        case .boolean, .integer, .number, .text, .choice: return value
        case .file, .folder:
            guard let path = value.stringValue else { return value }
            return try transform(self, path)
        case .list(let element, _):
            guard let items = value.arrayValue else { return value }
            return .array(try items.map { try element.mappingPaths(in: $0, transform) })
        case .map(let type):
            guard let object = value.objectValue else { return value }
            return .object(try object.mapValues { try type.mappingPaths(in: $0, transform) })
        case .record(let fields):
            guard let object = value.objectValue else { return value }
            return .object(try fields.mappingPaths(in: object, transform))
        case .oneOf(let types):
            guard let type = types.first(where: { $0.resolve(value, at: []).problems.isEmpty }) else { return value }
            return try type.mappingPaths(in: value, transform)
        }
    }
}

extension [ParameterDeclaration] {
    /// The values with every path in them replaced by what `transform` makes of it.
    package func mappingPaths(
        in values: [String: JSONValue], _ transform: (ParameterType, String) throws -> JSONValue
    ) rethrows -> [String: JSONValue] {
        var mapped = values
        for declaration in self {
            guard let value = values[declaration.name] else { continue }
            mapped[declaration.name] = try declaration.type.mappingPaths(in: value, transform)
        }
        return mapped
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
        case .string(let value): "the text `\(value)`"
        case .array(let items): items.isEmpty ? "an empty list" : "a list"
        case .object(let entries): entries.isEmpty ? "an empty mapping" : "a mapping"
        }
    }
}
