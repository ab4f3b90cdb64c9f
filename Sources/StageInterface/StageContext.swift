package import JSONValues

/// What a running stage sees of the world.
package struct StageContext: Sendable {
    /// The stage's name in the pipeline, for messages.
    package let stage: String
    package let parameters: ParameterValues
    /// The absolute path of each connected input's folder.
    package let inputs: [String: String]
    /// What each input that gathers has, in the order of the pipeline.
    package let gathered: [String: [GatheredArtifact]]
    /// The absolute path of the empty folder to fill.
    package let output: String
    /// The absolute path of a folder that outlives a kill and is there again when the same computation is
    /// started again: the place for checkpoints.
    package let scratch: String
    /// For a stage whose computation others may go on from.
    package let continuation: ContinuationFolders?
    package let numerics: NumericsClass

    private let send: @Sendable (StageEvent) -> Void
    private let stopRequested: @Sendable () -> Bool

    package init(
        stage: String, parameters: ParameterValues, inputs: [String: String],
        gathered: [String: [GatheredArtifact]] = [:], output: String, scratch: String,
        continuation: ContinuationFolders? = nil, numerics: NumericsClass,
        stopRequested: @escaping @Sendable () -> Bool = { false },
        send: @escaping @Sendable (StageEvent) -> Void = { _ in }
    ) {
        self.stage = stage
        self.parameters = parameters
        self.inputs = inputs
        self.gathered = gathered
        self.output = output
        self.scratch = scratch
        self.continuation = continuation
        self.numerics = numerics
        self.stopRequested = stopRequested
        self.send = send
    }

    /// The folder of a required input.
    package func input(_ name: String) throws -> String {
        guard let folder = inputs[name] else {
            throw StageFailure("the task has no input `\(name)`", help: "connect it under `from:`")
        }
        return folder
    }

    /// The stage is asked to stop: keep what allows going on, then throw ``StageStopped``.
    package var isStopRequested: Bool { stopRequested() }

    package func progress(_ progress: StageProgress) { send(.progress(progress)) }

    package func warn(_ message: String, help: String? = nil, place: StageProblem.Place? = nil) {
        send(.problem(StageProblem(.warning, message, help: help, place: place)))
    }

    /// Says something that a person should know and need not act upon.
    package func note(_ message: String) { send(.problem(StageProblem(.note, message))) }
}

/// What a stage says when it is done, besides its artifact.
package struct StageReport: Sendable {
    /// One short line for the table of stages, for example `accuracy 0.853`.
    package var summary: String
    /// Figures that follow from the inputs: the same on every run.
    package var metrics: JSONValue
    /// Figures that don't: seconds, memory.
    package var measurements: JSONValue

    package init(summary: String = "", metrics: JSONValue = [:], measurements: JSONValue = [:]) {
        self.summary = summary
        self.metrics = metrics
        self.measurements = measurements
    }
}
