import Diagnostics
import Execution
import JSONValues
import StageInterface

/// Events as `--json` writes them, one object a line.
///
/// docs/json-output.md describes them, and a test reads it.
enum RunEventJSON {
    /// Raised where a key changes its meaning or goes.
    private static let format = 1

    static func line(for event: RunEvent) -> String {
        let text = (try? value(for: event).canonical) ?? "{}"
        return text + "\n"
    }

    static func value(for event: RunEvent) -> JSONValue {
        switch event {
        case .began(let stages):
            return [
                "event": "began", "format": .int(format), "tool": .string(PeftPipeline.version),
                "stages": .array(stages.map(JSONValue.string)),
            ]
        case .started(let stage, let reasons, let goesOn):
            return ["event": "started", "stage": .string(stage), "why": why(reasons), "goes_on": .bool(goesOn)]
        case .waiting(let stage, let holder):
            return ["event": "waiting", "stage": .string(stage), "holder": .string(holder)]
        case .progress(let stage, let progress):
            var value: JSONValue = [
                "event": "progress", "stage": .string(stage), "completed": .int(progress.completed),
                "total": .int(progress.total), "details": .array(progress.details.map(JSONValue.string)),
            ]
            if let left = progress.secondsLeft, left.isFinite { value["seconds_left"] = .double(left) }
            return value
        case .transfer(let source, let progress):
            return [
                "event": "transfer", "source": .string(source), "completed": .int(progress.completed),
                "total": .int(progress.total), "details": .array(progress.details.map(JSONValue.string)),
            ]
        case .finding(let stage, let diagnostic): return finding(diagnostic, stage: stage)
        case .finished(let record): return finished(record)
        }
    }

    static func finding(_ diagnostic: Diagnostic, stage: String? = nil) -> JSONValue {
        var value: JSONValue = [
            "event": "finding", "severity": .string(diagnostic.severity.rawValue),
            "message": .string(diagnostic.message),
        ]
        if let stage { value["stage"] = .string(stage) }
        if let help = diagnostic.help { value["help"] = .string(help) }
        if let location = diagnostic.location {
            value["file"] = .string(location.path)
            value["line"] = .int(location.line)
            value["column"] = .int(location.column)
        }
        return value
    }

    static func summary(_ summary: RunSummary) -> JSONValue {
        var counts: JSONValue = [:]
        for record in summary.records {
            counts[record.state.rawValue] = .int((counts[record.state.rawValue].intValue ?? 0) + 1)
        }
        return [
            "event": "ended", "counts": counts, "seconds": .double(summary.seconds),
            "interrupted": .bool(summary.wasInterrupted),
        ]
    }

    private static func finished(_ record: StageRecord) -> JSONValue {
        var value: JSONValue = [
            "event": "finished", "stage": .string(record.stage), "state": .string(record.state.rawValue),
            "seconds": .double(record.seconds), "why": why(record.reasons), "summary": .string(record.report.summary),
            "metrics": record.report.metrics, "measurements": record.report.measurements,
        ]
        if let artifact = record.artifact { value["artifact"] = .string(artifact) }
        if let digest = record.digest { value["digest"] = .string(digest) }
        return value
    }

    private static func why(_ reasons: [Reason]) -> JSONValue { .array(reasons.map { .string($0.description) }) }
}
