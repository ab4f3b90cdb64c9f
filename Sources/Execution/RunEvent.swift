package import Diagnostics
package import JSONValues
package import StageInterface

/// What happens in a run, for those who watch it.
package enum RunEvent: Sendable {
    /// The stages of this run, in the order in which they are numbered.
    case began(stages: [String])
    /// A stage has to run.
    case started(stage: String, reasons: [Reason], goesOn: Bool)
    /// Another run is computing the same.
    case waiting(stage: String, holder: String)
    case progress(stage: String, StageProgress)
    /// Something to tell; of no stage where it concerns the run as a whole.
    case finding(stage: String?, Diagnostic)
    /// Results come from a place that other machines fill as well; over when all is completed.
    case transfer(source: String, StageProgress)
    case finished(StageRecord)
}

/// How a stage ended.
package struct StageRecord: Sendable {
    package enum State: String, Sendable {
        case hit
        case ran
        case failed
        case stopped
        case skipped
        /// Of a dry run: it would run.
        case wouldRun = "would run"
    }

    package let stage: String
    package let state: State
    package let seconds: Double
    package let reasons: [Reason]
    package let report: StoredReport
    /// The folder of its artifact.
    package let artifact: String?
    /// The digest of its artifact.
    package let digest: String?
}

/// What a stage reported, as a trace keeps it.
package struct StoredReport: Sendable, Hashable {
    package var summary: String
    package var metrics: JSONValue
    package var measurements: JSONValue
    package var warnings: [String]

    package init(
        summary: String = "", metrics: JSONValue = [:], measurements: JSONValue = [:], warnings: [String] = []
    ) {
        self.summary = summary
        self.metrics = metrics
        self.measurements = measurements
        self.warnings = warnings
    }

    init(_ result: StageResult) {
        self.init(
            summary: result.summary, metrics: result.metrics, measurements: result.measurements,
            warnings: result.problems.filter { $0.severity == .warning }.map(\.message))
    }

    package init(json: JSONValue) {
        self.init(
            summary: json["summary"].stringValue ?? "", metrics: json["metrics"],
            measurements: json["measurements"],
            warnings: json["warnings"].arrayValue?.compactMap(\.stringValue) ?? [])
    }

    package var json: JSONValue {
        [
            "summary": .string(summary), "metrics": metrics, "measurements": measurements,
            "warnings": .array(warnings.map(JSONValue.string)),
        ]
    }
}

/// How a run ended.
package struct RunSummary: Sendable {
    package let records: [StageRecord]
    package let seconds: Double
    /// The run was cancelled before all was done.
    package let wasInterrupted: Bool
    /// A stage failed because another run held its key for longer than this one wanted to wait.
    package let gaveUpWaiting: Bool
    /// Nothing ran, because a stage would have run a program of the pipeline's, and that was not allowed.
    package let wasRefused: Bool

    package func count(_ state: StageRecord.State) -> Int { records.count { $0.state == state } }

    package var hasFailed: Bool { records.contains { $0.state == .failed } }
}
