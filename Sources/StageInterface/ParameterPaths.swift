package import JSONValues

/// A file or folder that a value names.
package struct ParameterPath: Sendable {
    /// Where the value stands, from the top of `with:`; an index is a number.
    package let parameter: [String]
    /// ``ParameterType/file(_:)`` or ``ParameterType/folder(reading:)``.
    package let type: ParameterType
    /// The path as the pipeline spells it.
    package let spelled: String
}

extension ParameterType {
    /// Whether a value of this type can name a file or folder.
    var namesPaths: Bool {
        switch self {
        case .boolean, .integer, .number, .text, .choice: false
        case .file, .folder: true
        case .list(let element, _): element.namesPaths
        case .map(let type): type.namesPaths
        case .record(let fields): fields.contains(where: \.namesPaths)
        case .oneOf(let types): types.contains(where: \.namesPaths)
        }
    }

    /// The value with every path in it replaced by what `transform` makes of it.
    package func mappingPaths(
        in value: JSONValue, _ transform: (ParameterType, String) throws -> JSONValue
    ) rethrows -> JSONValue {
        try mappingPaths(in: value, at: nil) { try transform($0.type, $0.spelled) }
    }

    /// - Parameter place: nil where nobody asks for places; a list of many files would make many.
    fileprivate func mappingPaths(
        in value: JSONValue, at place: [String]?, _ transform: (ParameterPath) throws -> JSONValue
    ) rethrows -> JSONValue {
        switch self {
        case .boolean, .integer, .number, .text, .choice: return value
        case .file, .folder:
            guard let spelled = value.stringValue else { return value }
            return try transform(ParameterPath(parameter: place ?? [], type: self, spelled: spelled))
        case .list(let element, _):
            guard let items = value.arrayValue else { return value }
            return .array(
                try items.enumerated().map { index, item in
                    try element.mappingPaths(in: item, at: place.map { $0 + [String(index)] }, transform)
                })
        case .map(let type):
            guard let object = value.objectValue else { return value }
            var mapped = object
            for name in object.keys.sorted() {
                mapped[name] = try type.mappingPaths(
                    in: object[name] ?? .null, at: place.map { $0 + [name] }, transform)
            }
            return .object(mapped)
        case .record(let fields):
            guard let object = value.objectValue else { return value }
            return .object(try fields.mappingPaths(in: object, at: place, transform))
        case .oneOf(let types):
            guard let type = types.first(where: { $0.accepts(value) }) else { return value }
            return try type.mappingPaths(in: value, at: place, transform)
        }
    }
}

extension [ParameterDeclaration] {
    /// The values with every path in them replaced by what `transform` makes of it.
    package func mappingPaths(
        in values: [String: JSONValue], _ transform: (ParameterType, String) throws -> JSONValue
    ) rethrows -> [String: JSONValue] {
        try mappingPaths(in: values, at: nil) { try transform($0.type, $0.spelled) }
    }

    /// Every path that the values name, in the order of the declarations.
    package func paths(in values: [String: JSONValue]) -> [ParameterPath] {
        var paths: [ParameterPath] = []
        _ = mappingPaths(in: values, at: []) { path in
            paths.append(path)
            return .null
        }
        return paths
    }

    fileprivate func mappingPaths(
        in values: [String: JSONValue], at place: [String]?, _ transform: (ParameterPath) throws -> JSONValue
    ) rethrows -> [String: JSONValue] {
        var mapped = values
        for declaration in self where declaration.namesPaths {
            guard let value = values[declaration.name] else { continue }
            mapped[declaration.name] = try declaration.type.mappingPaths(
                in: value, at: place.map { $0 + [declaration.name] }, transform)
        }
        return mapped
    }
}
