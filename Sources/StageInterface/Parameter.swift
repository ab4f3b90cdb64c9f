package import JSONValues

/// A parameter together with the Swift type in which a stage's code reads it.
///
/// ```swift
/// static let r = Parameter.integer("r", default: 8, in: 1...4096, help: "Rank of the update matrices.")
/// let rank = try parameters[Self.r]
/// ```
package struct Parameter<Value: Sendable>: Sendable {
    package let declaration: ParameterDeclaration
    let read: @Sendable (JSONValue) -> Value?

    package init(
        _ name: String, _ type: ParameterType, default defaultValue: ParameterDeclaration.Default, help: String,
        read: @escaping @Sendable (JSONValue) -> Value?
    ) {
        self.init(
            declaration: ParameterDeclaration(name: name, type: type, default: defaultValue, help: help), read: read)
    }

    private init(declaration: ParameterDeclaration, read: @escaping @Sendable (JSONValue) -> Value?) {
        self.declaration = declaration
        self.read = read
    }

    /// The same parameter, kept out of the stage's key: for what changes no byte of the output.
    package var withoutKey: Self {
        Self(
            declaration: ParameterDeclaration(
                name: declaration.name, type: declaration.type, default: declaration.defaultValue,
                help: declaration.help, isInKey: false),
            read: read)
    }

    /// The same parameter, kept out of the stage's key while it is at its default: for what a kind learned later, so that
    /// what was computed before is still found.
    package var withoutKeyAtDefault: Self {
        Self(
            declaration: ParameterDeclaration(
                name: declaration.name, type: declaration.type, default: declaration.defaultValue,
                help: declaration.help, isInKeyAtDefault: false),
            read: read)
    }
}

/// A path that a parameter names: as the pipeline spells it, and where it lies.
package struct InputPath: Sendable, Hashable {
    /// As the pipeline spells it; what messages show.
    package let spelled: String
    /// Absolute.
    package let path: String

    package init(spelled: String, path: String) {
        self.spelled = spelled
        self.path = path
    }

    /// As a task file spells it.
    package init?(json value: JSONValue) {
        guard let spelled = value["spelled"].stringValue, let path = value["path"].stringValue else { return nil }
        self.init(spelled: spelled, path: path)
    }

    static func list(_ value: JSONValue) -> [InputPath]? {
        InputPath(json: value).map { [$0] } ?? value.arrayValue?.compactMap(InputPath.init(json:))
    }

    /// How a task file spells it.
    package var json: JSONValue { ["spelled": .string(spelled), "path": .string(path)] }
}

// MARK: - Plain values

extension Parameter {
    package static func boolean(_ name: String, default value: Bool, help: String) -> Self where Value == Bool {
        Self(name, .boolean, default: .value(.bool(value)), help: help) { $0.boolValue }
    }

    package static func integer(
        _ name: String, default value: Int? = nil, in range: ClosedRange<Int> = .min ... .max, help: String
    ) -> Self where Value == Int {
        Self(name, .integer(range), default: value.map { .value(.int($0)) } ?? .required, help: help) { $0.intValue }
    }

    package static func optionalInteger(
        _ name: String, in range: ClosedRange<Int> = .min ... .max, help: String
    ) -> Self where Value == Int? {
        Self(name, .integer(range), default: .absent, help: help) { $0.isNull ? .some(nil) : $0.intValue }
    }

    package static func number(
        _ name: String, default value: Double? = nil, in range: NumberRange = .any, help: String
    ) -> Self where Value == Double {
        Self(name, .number(range), default: value.map { .value(.double($0)) } ?? .required, help: help) {
            $0.doubleValue
        }
    }

    package static func optionalNumber(
        _ name: String, in range: NumberRange = .any, help: String
    ) -> Self where Value == Double? {
        Self(name, .number(range), default: .absent, help: help) { $0.isNull ? .some(nil) : $0.doubleValue }
    }

    package static func text(_ name: String, default value: String? = nil, help: String) -> Self
    where Value == String {
        Self(name, .text, default: value.map { .value(.string($0)) } ?? .required, help: help) { $0.stringValue }
    }

    package static func optionalText(_ name: String, help: String) -> Self where Value == String? {
        Self(name, .text, default: .absent, help: help) { $0.isNull ? .some(nil) : $0.stringValue }
    }

    /// One of an enumeration's raw values.
    ///
    /// - Parameter cases: those that may be chosen; default: all.
    package static func choice(
        _ name: String, among cases: [Value] = Array(Value.allCases), default value: Value? = nil, help: String
    ) -> Self
    where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
        Self(
            name, .choice(cases.map(\.rawValue)),
            default: value.map { .value(.string($0.rawValue)) } ?? .required, help: help
        ) { $0.stringValue.flatMap(Value.init(rawValue:)) }
    }
}

// MARK: - Collections

extension Parameter {
    package static func texts(_ name: String, default value: [String]? = nil, help: String) -> Self
    where Value == [String] {
        Self(
            name, .list(of: .text, atLeast: 0),
            default: value.map { .value(.array($0.map(JSONValue.string))) } ?? .required, help: help
        ) { $0.arrayValue?.compactMap(\.stringValue) }
    }

    package static func optionalTexts(_ name: String, help: String) -> Self where Value == [String]? {
        Self(name, .list(of: .text, atLeast: 1), default: .absent, help: help) {
            $0.isNull ? .some(nil) : $0.arrayValue?.compactMap(\.stringValue)
        }
    }

    /// Some of an enumeration's raw values.
    ///
    /// - Parameter cases: those that may be chosen; default: all.
    package static func choices<Element>(
        _ name: String, among cases: [Element] = Array(Element.allCases), default value: [Element], help: String
    ) -> Self
    where
        Value == [Element], Element: RawRepresentable & CaseIterable & Sendable, Element.RawValue == String
    {
        Self(
            name, .list(of: .choice(cases.map(\.rawValue)), atLeast: 1),
            default: .value(.array(value.map { .string($0.rawValue) })), help: help
        ) { $0.arrayValue?.compactMap { $0.stringValue.flatMap(Element.init(rawValue:)) } }
    }

    /// The same; nil where nothing is written.
    package static func optionalChoices<Element>(
        _ name: String, among cases: [Element] = Array(Element.allCases), help: String
    ) -> Self
    where
        Value == [Element]?, Element: RawRepresentable & CaseIterable & Sendable, Element.RawValue == String
    {
        Self(name, .list(of: .choice(cases.map(\.rawValue)), atLeast: 1), default: .absent, help: help) {
            $0.isNull ? .some(nil) : $0.arrayValue?.compactMap { $0.stringValue.flatMap(Element.init(rawValue:)) }
        }
    }

    /// A mapping with known keys.
    ///
    /// - Parameter isRequired: where false, a record that is not written is one of defaults.
    package static func record(
        _ name: String, _ fields: [ParameterDeclaration], isRequired: Bool = true, help: String
    ) -> Self where Value == ParameterValues {
        Self(name, .record(fields), default: isRequired ? .required : .value([:]), help: help) { ParameterValues($0) }
    }

    /// A mapping with known keys that may be left out as a whole.
    package static func optionalRecord(_ name: String, _ fields: [ParameterDeclaration], help: String) -> Self
    where Value == ParameterValues? {
        Self(name, .record(fields), default: .absent, help: help) { $0.isNull ? .some(nil) : ParameterValues($0) }
    }
}

// MARK: - Paths

extension ParameterType {
    fileprivate static func files(_ extensions: [String]) -> ParameterType {
        let file = ParameterType.file(FileUse(extensions: extensions))
        return .oneOf([file, .list(of: file, atLeast: 1)])
    }
}

extension Parameter {
    /// A file, or a list of files.
    package static func files(_ name: String, extensions: [String] = [], help: String) -> Self
    where Value == [InputPath] {
        Self(name, .files(extensions), default: .required, help: help) { InputPath.list($0) }
    }

    /// A file, a list of files, or nothing, which reads as an empty list.
    package static func optionalFiles(_ name: String, extensions: [String] = [], help: String) -> Self
    where Value == [InputPath] {
        Self(name, .files(extensions), default: .absent, help: help) { $0.isNull ? [] : InputPath.list($0) }
    }

    /// A folder of which the stage reads the files with these names.
    package static func folder(
        _ name: String, reading files: [String], default value: ParameterDeclaration.Default = .required, help: String
    ) -> Self where Value == InputPath {
        Self(name, .folder(reading: files), default: value, help: help) { InputPath(json: $0) }
    }

    /// A folder that, where it is not written, is the one that the stage behind an input was given.
    ///
    /// Reads as nil where that input is not connected.
    package static func inheritedFolder(
        _ name: String, reading files: [String], from origin: (input: String, parameter: String), help: String
    ) -> Self where Value == InputPath? {
        Self(
            name, .folder(reading: files), default: .inherited(input: origin.input, parameter: origin.parameter),
            help: help
        ) { $0.isNull ? .some(nil) : InputPath(json: $0) }
    }

    package static func optionalFolder(_ name: String, reading files: [String], help: String) -> Self
    where Value == InputPath? {
        Self(name, .folder(reading: files), default: .absent, help: help) {
            $0.isNull ? .some(nil) : InputPath(json: $0)
        }
    }
}
