package import JSONValues

/// One parameter of a stage kind, as validation, help, the schema, the documentation and keys see it.
package struct ParameterDeclaration: Sendable {
    /// The key in a pipeline's `with:`, spelled as the ecosystem spells it (`lora_alpha`).
    package let name: String
    package let type: ParameterType
    package let defaultValue: Default
    /// One line, ending in a full stop.
    package let help: String
    /// Whether the stage's key reads it. False for what decides how a stage works and never what comes out.
    package let isInKey: Bool
    /// The default in the one form of its type.
    let resolvedDefault: JSONValue?
    /// Whether a value can name a file or folder.
    let namesPaths: Bool
    /// Whether the key has the parameter where it is at its default. False for what came later than keys that should hold
    /// on: the default then is what the kind did before.
    package let isInKeyAtDefault: Bool

    /// What holds where a pipeline does not write the parameter.
    package enum Default: Sendable {
        /// The parameter must be written.
        case required
        case value(JSONValue)
        /// Nothing: the stage reads `nil`.
        case absent
        /// The value of `parameter` at the stage that feeds `input`; what it inherits is part of this stage's
        /// key like a value that is written out. Nothing, where the input is optional and not connected.
        case inherited(input: String, parameter: String)
    }

    package init(
        name: String, type: ParameterType, default defaultValue: Default, help: String, isInKey: Bool = true,
        isInKeyAtDefault: Bool = true
    ) {
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.help = help
        self.isInKey = isInKey
        namesPaths = type.namesPaths
        resolvedDefault =
            switch defaultValue {
            case .value(let value): type.resolve(value, at: [name]).value
            case .absent: .null
            case .required, .inherited: nil
            }
        self.isInKeyAtDefault = isInKeyAtDefault
    }
}

extension ParameterDeclaration {
    /// The value that holds where none is written, if that is a value.
    package var writtenDefault: JSONValue? {
        if case .value(let value) = defaultValue { value } else { nil }
    }

    /// Whether the key has the parameter with this value, which is resolved.
    package func isInKey(with value: JSONValue) -> Bool {
        isInKey && (isInKeyAtDefault || value != resolvedDefault)
    }
}

/// What a stage kind reads from other stages: one artifact, or all that match where it gathers.
package struct InputDeclaration: Sendable {
    /// The key in a pipeline's `from:`.
    package let name: String
    /// The artifact types that are accepted; any one of them will do. None stands for all.
    package let types: [ArtifactType]
    package let isRequired: Bool
    /// Another input that may stand in the place of this one, which is required: one of the two is connected, never both.
    package let alternative: String?
    /// The artifacts of all instances of a stage that fans out, and of several stages, come to one run. The stage kind
    /// then sees where each comes from, so that this is in its key.
    package let gathers: Bool
    /// The stage finds it not among its inputs but as the folder of the parameter of this name, in the place of a path.
    /// Whoever inherits the parameter gets the same folder.
    package let fillsParameter: Bool
    package let help: String

    package init(
        _ name: String, _ types: ArtifactType..., isRequired: Bool = true, or alternative: String? = nil,
        gathers: Bool = false, help: String
    ) {
        self.name = name
        self.types = types
        self.isRequired = isRequired
        self.alternative = alternative
        self.gathers = gathers
        fillsParameter = false
        self.help = help
    }

    /// An input that a stage may name in the place of a folder's path.
    package init(fillingParameter name: String, _ types: ArtifactType..., help: String) {
        self.name = name
        self.types = types
        isRequired = false
        alternative = nil
        gathers = false
        fillsParameter = true
        self.help = help
    }

    /// An input that a kind doesn't declare, where it takes others as well.
    package init(otherNamed name: String) {
        self.init(name, help: "What that stage gives.")
    }

    /// `required`, `required, or NAME` or `optional`.
    ///
    /// - Parameter quote: what stands around a name.
    func necessity(quote: String) -> String {
        guard isRequired else { return "optional" }
        return alternative.map { "required, or \(quote)\($0)\(quote)" } ?? "required"
    }

    package func accepts(_ type: ArtifactType) -> Bool { types.isEmpty || types.contains(type) }
}
