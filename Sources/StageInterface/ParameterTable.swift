import JSONValues

/// The parameters of a stage kind, with those inside of records, as help and the reference page list them.
struct ParameterTable {
    struct Row {
        /// `split.train` for a parameter of the record `split`.
        let name: String
        let type: String
        /// The default in words; `required` where there is none.
        let defaultValue: String
        let help: String
    }

    let rows: [Row]

    init(_ declarations: [ParameterDeclaration]) {
        rows = declarations.flatMap { Self.rows($0, inside: "") }
    }

    private static func rows(_ declaration: ParameterDeclaration, inside path: String) -> [Row] {
        let name = path + declaration.name
        let fields = declaration.type.fields
        let row = Row(
            name: name, type: fields.isEmpty ? declaration.type.description : "a mapping",
            defaultValue: declaration.defaultValue.words,
            help: declaration.help + (declaration.isInKey ? "" : " Not part of the key."))
        return [row] + fields.flatMap { rows($0, inside: name + ".") }
    }
}

extension ParameterType {
    /// The parameters of the record that this is or may be.
    fileprivate var fields: [ParameterDeclaration] {
        switch self {
        case .record(let fields): fields
        case .oneOf(let types): types.first { !$0.fields.isEmpty }?.fields ?? []
        default: []
        }
    }
}

extension ParameterDeclaration.Default {
    /// In words: the value as YAML, `required`, or where it is taken from.
    var words: String {
        switch self {
        case .required: "required"
        case .absent: "none"
        case .inherited(let input, let parameter): "`\(parameter)` of the stage that feeds `\(input)`"
        case .value(.object(let entries)) where entries.isEmpty: "the defaults inside"
        case .value(let value): value.flowYAML
        }
    }
}

extension JSONValue {
    /// The value as a person writes it in YAML, on one line.
    var flowYAML: String {
        switch self {
        case .string(let text): text.isEmpty ? "\"\"" : text
        case .array(let items): "[" + items.map(\.flowYAML).joined(separator: ", ") + "]"
        case .object(let entries):
            "{" + entries.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.flowYAML)" }.joined(separator: ", ")
                + "}"
        case .null, .bool, .int, .double: (try? canonical) ?? ""
        }
    }
}
