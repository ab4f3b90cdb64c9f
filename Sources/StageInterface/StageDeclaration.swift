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
    package let output: ArtifactType
    package let compute: ComputeUse

    /// Lines of YAML that show the kind in a pipeline.
    package let example: String

    /// What can be wrong between parameters that are right one by one.
    package let check: @Sendable (ParameterValues) throws -> [ParameterProblem]

    package init(
        kind: String, version: Int, summary: String, discussion: String = "",
        parameters: [ParameterDeclaration], inputs: [InputDeclaration] = [], output: ArtifactType,
        compute: ComputeUse = .none, example: String,
        check: @escaping @Sendable (ParameterValues) throws -> [ParameterProblem] = { _ in [] }
    ) {
        self.kind = kind
        self.version = version
        self.summary = summary
        self.discussion = discussion
        self.parameters = parameters
        self.inputs = inputs
        self.output = output
        self.compute = compute
        self.example = example
        self.check = check
    }

    package func parameter(named name: String) -> ParameterDeclaration? { parameters.first { $0.name == name } }

    package func input(named name: String) -> InputDeclaration? { inputs.first { $0.name == name } }
}

/// What a stage asks of the machine.
package enum ComputeUse: Sendable {
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
