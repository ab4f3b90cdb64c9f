package import JSONValues

/// What a worker is given: one stage to run, as a line on its standard input.
package struct StageTask: Sendable, Hashable, Codable {
    /// The version of this record.
    package static let currentFormat = 2

    package var format = StageTask.currentFormat
    package var stage: String
    package var kind: String
    /// The stage kind's implementation version that the key was made for.
    package var version: Int
    /// With every default filled in; a path is `{"spelled": …, "path": …}`.
    package var parameters: JSONValue
    package var inputs: [String: String]
    /// By input that gathers, in the order of the pipeline.
    package var gathered: [String: [GatheredArtifact]]
    package var output: String
    package var scratch: String
    package var continuation: ContinuationFolders?
    package var numerics: NumericsClass
    package var compute: ComputeUse
    /// The file for what the stage, and the libraries that it uses, print.
    package var log: String

    package init(
        stage: String, kind: String, version: Int, parameters: JSONValue, inputs: [String: String],
        gathered: [String: [GatheredArtifact]] = [:], output: String, scratch: String,
        continuation: ContinuationFolders? = nil, numerics: NumericsClass, compute: ComputeUse = .none, log: String
    ) {
        self.stage = stage
        self.kind = kind
        self.version = version
        self.parameters = parameters
        self.inputs = inputs
        self.gathered = gathered
        self.output = output
        self.scratch = scratch
        self.continuation = continuation
        self.numerics = numerics
        self.compute = compute
        self.log = log
    }
}

/// One of the artifacts that an input gathers.
package struct GatheredArtifact: Sendable, Hashable, Codable {
    /// The stage as the pipeline writes it.
    package var stage: String
    /// Where its instance stands, by axis; empty for a stage that doesn't fan out.
    package var axes: [String: JSONValue]
    /// The artifact's folder.
    package var path: String

    package init(stage: String, axes: [String: JSONValue], path: String) {
        self.stage = stage
        self.axes = axes
        self.path = path
    }
}

/// What a worker says on its standard output: one JSON object a line.
package enum WorkerMessage: Sendable, Hashable, Codable {
    case event(StageEvent)
    /// How the stage ended, and whether the worker takes another: the last of a task.
    case ended(StageResult, takesMore: Bool)
}

/// What a worker says while a stage runs.
package enum StageEvent: Sendable, Hashable, Codable {
    case progress(StageProgress)
    case problem(StageProblem)
}

/// How far a stage has come.
package struct StageProgress: Sendable, Hashable, Codable {
    package var completed: Int
    package var total: Int
    /// What there is to see besides, in order: `epoch 2/3`, `loss 0.312`, `171 sentences/s`.
    package var details: [String]
    package var secondsLeft: Double?

    package init(completed: Int, total: Int, details: [String] = [], secondsLeft: Double? = nil) {
        self.completed = completed
        self.total = total
        self.details = details
        self.secondsLeft = secondsLeft
    }
}

/// How a stage ended, beside its output.
package struct StageResult: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Codable { case done, failed, stopped }

    package var status: Status
    package var summary: String
    package var metrics: JSONValue
    package var measurements: JSONValue
    /// Errors of a stage that failed, and all warnings.
    package var problems: [StageProblem]

    package init(
        status: Status, summary: String = "", metrics: JSONValue = [:], measurements: JSONValue = [:],
        problems: [StageProblem] = []
    ) {
        self.status = status
        self.summary = summary
        self.metrics = metrics
        self.measurements = measurements
        self.problems = problems
    }
}
