package import JSONValues

extension StageDeclaration {
    /// A JSON Schema (draft 2020-12) of pipelines with these stage kinds, for editors that complete and check as one
    /// types. `peft-pipeline validate` finds more: what must exist, fit or be used.
    package static func jsonSchema(for declarations: [StageDeclaration]) -> JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "A pipeline of peft-pipeline",
            "type": "object",
            "required": ["version", "name"],
            "anyOf": [["required": ["stages"]], ["required": ["include"]]],
            "additionalProperties": false,
            "properties": [
                "version": ["const": 1, "description": "The version of this format."],
                "name": [
                    "type": ["string", "number"], "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$",
                    "description": "The pipeline's name.",
                ],
                "description": ["type": "string", "description": "What the pipeline is for."],
                "params": [
                    "type": ["object", "null"],
                    "description":
                        "Values for `$(name)` in stages; `--params FILE` and `--set name=value` override them.",
                    "propertyNames": ["pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"],
                    "additionalProperties": [
                        "anyOf": [
                            ["$ref": "#/$defs/scalar"],
                            ["type": "array", "items": ["$ref": "#/$defs/scalar"]],
                            ["$ref": "#/$defs/environment"],
                        ]
                    ],
                ],
                "include": [
                    "type": ["array", "null"],
                    "description": "Files with more `params` and `stages`; their paths start at this file's folder.",
                    "items": ["type": "string", "minLength": 1],
                ],
                "stages": [
                    "type": "object",
                    "description": "The stages by their names.",
                    "minProperties": 1,
                    "propertyNames": ["pattern": "^[A-Za-z][A-Za-z0-9_-]*$"],
                    "additionalProperties": stageSchema(for: declarations),
                ],
            ],
            "$defs": [
                "scalar": ["type": ["string", "number", "boolean", "null"]],
                "reference": ["type": "string", "pattern": "\\$\\("],
                "stage": [
                    "type": "string", "pattern": "^([A-Za-z][A-Za-z0-9_-]*|\\$\\([A-Za-z_][A-Za-z0-9_-]*\\))$",
                ],
                "stages": [
                    "anyOf": [
                        ["$ref": "#/$defs/stage"],
                        ["type": "array", "minItems": 1, "uniqueItems": true, "items": ["$ref": "#/$defs/stage"]],
                    ]
                ],
                "stagesOrPath": ["anyOf": [["$ref": "#/$defs/stages"], ["type": "string", "pattern": "/"]]],
                "environment": environmentSchema,
            ],
        ]
    }

    /// A parameter that a variable of the environment may give.
    private static var environmentSchema: JSONValue {
        [
            "type": "object",
            "required": ["env"],
            "additionalProperties": false,
            "properties": [
                "env": [
                    "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$",
                    "description": "The variable of the environment that gives the value.",
                ],
                "default": [
                    "description": "What holds where the variable is not set.",
                    "anyOf": [
                        ["$ref": "#/$defs/scalar"], ["type": "array", "items": ["$ref": "#/$defs/scalar"]],
                    ],
                ],
            ],
        ]
    }

    /// Axes with their values, or a list of combinations.
    private static var matrixSchema: JSONValue {
        let value: JSONValue = [
            "anyOf": [["$ref": "#/$defs/scalar"], ["type": "array", "items": ["$ref": "#/$defs/scalar"]]]
        ]
        let names: JSONValue = ["pattern": "^[A-Za-z_][A-Za-z0-9_-]*$"]
        return [
            "description": "Makes an instance of the stage for each combination of values; `$(axis)` under `with`.",
            "anyOf": [
                [
                    "type": "object", "minProperties": 1, "propertyNames": names,
                    "additionalProperties": [
                        "anyOf": [
                            ["type": "array", "minItems": 1, "items": value], ["$ref": "#/$defs/reference"],
                        ]
                    ],
                ],
                [
                    "type": "array", "minItems": 1,
                    "items": [
                        "type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": value,
                    ],
                ],
                ["type": "null"],
            ],
        ]
    }

    private static func stageSchema(for declarations: [StageDeclaration]) -> JSONValue {
        [
            "type": "object",
            "required": ["uses"],
            "additionalProperties": false,
            "properties": [
                "uses": [
                    "description": "The stage kind.",
                    "oneOf": .array(
                        declarations.map { ["const": .string($0.kind), "description": .string($0.summary)] }),
                ],
                "from": ["description": "Which stages feed this one's inputs."],
                "with": ["description": "The stage's parameters."],
                "matrix": matrixSchema,
                "description": ["type": "string", "description": "What the stage is for."],
            ],
            "allOf": .array(
                declarations.map {
                    [
                        "if": ["required": ["uses"], "properties": ["uses": ["const": .string($0.kind)]]],
                        "then": $0.partsSchema,
                    ]
                }),
        ]
    }

    /// What `from` and `with` may hold in a stage of this kind.
    private var partsSchema: JSONValue {
        var required: [JSONValue] = []
        if inputs.contains(where: \.isRequired) { required.append("from") }
        let filled = Set(inputs.filter(\.fillsParameter).map(\.name))
        if parameters.contains(where: { $0.isRequired && !filled.contains($0.name) }) { required.append("with") }
        return [
            "required": .array(required),
            "properties": [
                "from": inputsSchema, "with": parameters.schema(isRequired: required.contains("with"), except: filled),
            ],
        ]
    }

    private var inputsSchema: JSONValue {
        guard !inputs.isEmpty || takesOtherInputs else { return ["type": "null"] }
        let required = inputs.filter(\.isRequired)
        var mapping: JSONValue = [
            "type": "object",
            "required": .array(required.filter { $0.alternative == nil }.map { .string($0.name) }),
            "additionalProperties": takesOtherInputs ? ["$ref": "#/$defs/stages"] : false,
            "properties": .object(
                Dictionary(
                    inputs.map { input in
                        let what = input.fillsParameter ? "stagesOrPath" : "stages"
                        return (
                            input.name, ["$ref": .string("#/$defs/\(what)"), "description": .string(input.help)]
                        )
                    },
                    uniquingKeysWith: { first, _ in first })),
        ]
        let choices = required.compactMap { input -> JSONValue? in
            guard let other = input.alternative else { return nil }
            return ["oneOf": [["required": [.string(input.name)]], ["required": [.string(other)]]]]
        }
        if !choices.isEmpty { mapping["allOf"] = .array(choices) }
        var forms = [mapping]
        if required.count == 1 || inputs.count == 1 || inputs.isEmpty { forms.append(["$ref": "#/$defs/stages"]) }
        if required.isEmpty { forms.append(["type": "null"]) }
        return forms.count == 1 ? mapping : ["anyOf": .array(forms)]
    }
}

extension ParameterDeclaration {
    fileprivate var isRequired: Bool {
        if case .required = defaultValue { true } else { false }
    }

    fileprivate var schema: JSONValue {
        var forms = [type.schema, ["$ref": "#/$defs/reference"]]
        var schema: JSONValue = ["description": .string(help)]
        switch defaultValue {
        case .value(let value): schema["default"] = value
        case .absent: forms.append(["type": "null"])
        case .required, .inherited: break
        }
        schema["anyOf"] = .array(forms)
        return schema
    }
}

extension [ParameterDeclaration] {
    /// - Parameters:
    ///   - isRequired: whether there must be a mapping; if not, an empty value does as well.
    ///   - others: those that may stand elsewhere.
    fileprivate func schema(isRequired: Bool = true, except others: Set<String> = []) -> JSONValue {
        [
            "type": isRequired ? "object" : ["object", "null"],
            "required": .array(filter { $0.isRequired && !others.contains($0.name) }.map { .string($0.name) }),
            "additionalProperties": false,
            "properties": .object(
                Dictionary(map { ($0.name, $0.schema) }, uniquingKeysWith: { first, _ in first })),
        ]
    }
}

extension ParameterType {
    fileprivate var schema: JSONValue {
        switch self {
        case .boolean: return ["type": "boolean"]
        case .integer(let range):
            var schema: JSONValue = ["type": "integer"]
            if range.lowerBound != .min { schema["minimum"] = .int(range.lowerBound) }
            if range.upperBound != .max { schema["maximum"] = .int(range.upperBound) }
            return schema
        case .number(let range): return range.schema
        case .text, .folder: return ["type": "string"]
        case .choice(let names): return ["enum": .array(names.map(JSONValue.string))]
        case .file(let use):
            guard !use.extensions.isEmpty else { return ["type": "string"] }
            return [
                "type": "string", "pattern": .string("\\.(\(use.extensions.joined(separator: "|")))(#sha256=.*)?$"),
            ]
        case .list(let element, let minimum):
            return [
                "type": "array", "minItems": .int(minimum),
                "items": ["anyOf": [element.schema, ["$ref": "#/$defs/reference"]]],
            ]
        case .map(let value):
            return [
                "type": "object",
                "additionalProperties": ["anyOf": [value.schema, ["$ref": "#/$defs/reference"]]],
            ]
        case .record(let fields): return fields.schema()
        case .oneOf(let types): return ["anyOf": .array(types.map(\.schema))]
        }
    }
}

extension NumberRange {
    fileprivate var schema: JSONValue {
        var schema: JSONValue = ["type": "number"]
        if lowerBound.isFinite { schema[excludesLowerBound ? "exclusiveMinimum" : "minimum"] = .double(lowerBound) }
        if upperBound.isFinite { schema["maximum"] = .double(upperBound) }
        return schema
    }
}
