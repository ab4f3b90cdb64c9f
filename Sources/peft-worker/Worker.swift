import Diagnostics
import Foundation
import JSONValues
import StageInterface
import Stages

/// Runs one stage: a task file in, events on standard output, a result file last.
///
/// Standard input is a pipe that the runner holds open. When it closes, the runner is gone, and the worker ends at
/// once: nobody would take its result, and the next run may want its scratch folder.
struct Worker {
    /// How the process ended; the result file says more.
    enum ExitCode: Int32 {
        case done = 0
        case failed = 1
        case usage = 2
        case stopped = 130
    }

    let catalogue: StageCatalogue

    func run(arguments: [String]) -> ExitCode {
        if arguments == ["--check"] {
            print((try? MachineReport.json.canonical) ?? "{}")
            return .done
        }
        guard arguments.count == 2 else {
            Self.say("usage: peft-worker TASK RESULT\nRuns one stage for peft-pipeline; not for use by hand.\n")
            return .usage
        }
        let events = EventStream()
        let stop = StopSignal.install()
        ParentWatch.start()

        let result = execute(taskAt: arguments[0], events: events, stop: stop)
        do {
            try ExchangeFile.write(JSONEncoder().encode(result), to: arguments[1])
        } catch {
            // The log may be on the same full disk: the runner is told besides.
            let reason = SystemError(error)?.message ?? "\(error)"
            let message = "can't write \(arguments[1]): \(reason)"
            events.send(.problem(StageProblem(.error, message, help: "make room, and run again")))
            Self.say(message + "\n")
            return .failed
        }
        return switch result.status {
        case .done: .done
        case .failed: .failed
        case .stopped: .stopped
        }
    }

    /// Writes to standard error, if that is possible.
    private static func say(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    private func execute(taskAt path: String, events: EventStream, stop: StopSignal) -> StageResult {
        let problems = ProblemLog()
        do {
            let task = try readTask(at: path)
            let kind = try kind(for: task)
            let context = StageContext(
                stage: task.stage, parameters: ParameterValues(task.parameters), inputs: task.inputs,
                gathered: task.gathered,
                output: task.output, scratch: task.scratch, continuation: task.continuation, numerics: task.numerics,
                stopRequested: { stop.isRequested },
                send: { event in
                    if case .problem(let problem) = event { problems.append(problem) }
                    events.send(event)
                })
            let report = try kind.run(context)
            return StageResult(
                status: .done, summary: report.summary, metrics: report.metrics, measurements: report.measurements,
                problems: problems.all)
        } catch let failure as StageFailure {
            return StageResult(status: .failed, problems: problems.all + failure.problems)
        } catch is StageStopped {
            return StageResult(status: .stopped, problems: problems.all)
        } catch {
            let refusal = SystemError(error)
            let problem = StageProblem(.error, refusal?.message ?? "\(error)", help: refusal?.help)
            return StageResult(status: .failed, problems: problems.all + [problem])
        }
    }

    private func readTask(at path: String) throws -> StageTask {
        let task: StageTask
        do {
            task = try JSONDecoder().decode(StageTask.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw StageFailure("\(path) is not a task: \(error)")
        }
        guard task.format == StageTask.currentFormat else {
            throw StageFailure(
                "the task is of format \(task.format), this worker reads format \(StageTask.currentFormat)",
                help: "build peft-pipeline and peft-worker from the same source")
        }
        return task
    }

    private func kind(for task: StageTask) throws -> any StageKind.Type {
        guard let kind = catalogue.kind(named: task.kind) else {
            throw StageFailure("this worker knows no stage kind `\(task.kind)`")
        }
        guard kind.declaration.version == task.version else {
            throw StageFailure(
                """
                the task is for version \(task.version) of `\(task.kind)`, \
                this worker has version \(kind.declaration.version)
                """,
                help: "build peft-pipeline and peft-worker from the same source")
        }
        return kind
    }
}
