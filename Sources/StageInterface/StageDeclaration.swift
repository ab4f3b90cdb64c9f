package import JSONValues

/// Everything that is to be known of a stage kind without running it.
///
/// Validation, `--help`, the JSON Schema, the reference page and cache keys all come from this one value.
package struct StageDeclaration: Sendable {
    /// The name in a pipeline's `uses:`.
    package let kind: String

    /// The version of the implementation. It is part of every key: raise it when the same parameters and inputs
    /// give other bytes than before.
    package let version: Int

    /// One line, without a full stop.
    package let summary: String

    /// A paragraph for the reference page.
    package let discussion: String

    package let parameters: [ParameterDeclaration]
    package let inputs: [InputDeclaration]
    /// Whether `from` may name inputs besides those that are declared, of any artifact type.
    package let takesOtherInputs: Bool
    package let output: OutputDeclaration
    package let compute: ComputeUse
    /// Whether the pipeline says which program runs. Such a stage needs the permission of whoever runs it.
    package let runsPrograms: Bool
    package let continuation: ContinuationDeclaration?
    /// For the kind that fetches what is on other machines: its parameter for an address. A stage of it stands behind
    /// every address that is written in the place of a path.
    package let fetches: String?

    /// Lines of YAML that show the kind in a pipeline.
    package let example: String

    /// What can be wrong between parameters that are right one by one.
    package let check: @Sendable (ParameterValues) throws -> [ParameterProblem]

    package init(
        kind: String, version: Int, summary: String, discussion: String = "",
        parameters: [ParameterDeclaration], inputs: [InputDeclaration] = [], takesOtherInputs: Bool = false,
        output: OutputDeclaration, compute: ComputeUse = .none, runsPrograms: Bool = false,
        continuation: ContinuationDeclaration? = nil, fetches: String? = nil, example: String,
        check: @escaping @Sendable (ParameterValues) throws -> [ParameterProblem] = { _ in [] }
    ) {
        self.kind = kind
        self.version = version
        self.summary = summary
        self.discussion = discussion
        self.parameters = parameters
        self.inputs = inputs
        self.takesOtherInputs = takesOtherInputs
        self.output = output
        self.compute = compute
        self.runsPrograms = runsPrograms
        self.continuation = continuation
        self.fetches = fetches
        self.example = example
        self.check = check
    }

    package func parameter(named name: String) -> ParameterDeclaration? { parameters.first { $0.name == name } }

    package func input(named name: String) -> InputDeclaration? { inputs.first { $0.name == name } }

    /// What a stage of this kind gives.
    ///
    /// - Parameter value: what a parameter's value is, nil where it is not written.
    /// - Returns: nil where a value that decides it names no type, which is an error of that parameter.
    package func output(with value: (String) -> JSONValue?) -> ArtifactType? {
        switch output {
        case .always(let type): return type
        case .chosen(let name, let types):
            guard let chosen = value(name) ?? parameter(named: name)?.writtenDefault else { return nil }
            return types.first { $0.name == chosen.stringValue }
        }
    }
}

/// What the stages of a kind give.
package enum OutputDeclaration: Sendable {
    case always(ArtifactType)
    /// One of some types, by its name in a parameter.
    case chosen(by: String, among: [ArtifactType])

    /// All types that there may be.
    package var types: [ArtifactType] {
        switch self {
        case .always(let type): [type]
        case .chosen(_, let types): types
        }
    }

    /// As tables have it.
    package var name: String {
        switch self {
        case .always(let type): type.name
        case .chosen(let parameter, _): "as `\(parameter)` says"
        }
    }
}

/// What a stage asks of the machine.
package enum ComputeUse: String, Sendable, Codable {
    /// One thread; the same bytes on every machine.
    case none
    /// Tensors, on all threads: the numerics class is part of the key.
    case tensors
}

/// What decides the last digits of floating point results, and so is part of the key of stages that compute.
package struct NumericsClass: Sendable, Hashable, Codable {
    /// `cpu` or `cuda`.
    package var device: String
    package var threads: Int
    /// The version of LibTorch.
    package var library: String

    package init(device: String, threads: Int, library: String) {
        self.device = device
        self.threads = threads
        self.library = library
    }
}
