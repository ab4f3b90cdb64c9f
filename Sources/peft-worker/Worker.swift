import Diagnostics
import Foundation
import JSONValues
import StageInterface
import Stages

/// Runs stages, one after another: a task a line on standard input, messages on standard output.
struct Worker {
    /// How the process ends, unless it is killed or its standard input closes.
    enum ExitCode: Int32 {
        case done = 0
        case usage = 2
    }

    let catalogue: StageCatalogue

    func run(arguments: [String]) -> ExitCode {
        if arguments == ["--check"] {
            print((try? MachineReport.json.canonical) ?? "{}")
            return .done
        }
        guard arguments.count == 1, arguments.first?.hasPrefix("-") == false else {
            let usage = "usage: peft-worker FOLDER\nRuns stages of a store for peft-pipeline; not for use by hand.\n"
            FileHandle.standardError.write(Data(usage.utf8))
            return .usage
        }
        let messages = MessageStream()
        let stop = StopSignal.install()
        let tasks = TaskReader()
        while true {
            let result = execute(tasks.next(), messages: messages, stop: stop)
            tasks.done()
            messages.send(.ended(result, takesMore: result.status == .done && Self.isSmall))
        }
    }

    /// Whether waiting for another stage keeps no memory from others.
    private static var isSmall: Bool { PeakMemory.resident < 256 << 20 }

    private func execute(_ line: Data, messages: MessageStream, stop: StopSignal) -> StageResult {
        let problems = ProblemLog()
        do {
            let task = try readTask(line)
            messages.printTo(task.log)
            let kind = try kind(for: task)
            let context = StageContext(
                stage: task.stage, parameters: ParameterValues(task.parameters), inputs: task.inputs,
                gathered: task.gathered,
                output: task.output, scratch: task.scratch, continuation: task.continuation, numerics: task.numerics,
                stopRequested: { stop.isRequested },
                send: { event in
                    if case .problem(let problem) = event { problems.append(problem) }
                    messages.send(.event(event))
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

    private func readTask(_ line: Data) throws -> StageTask {
        let task: StageTask
        do {
            task = try JSONDecoder().decode(StageTask.self, from: line)
        } catch {
            throw StageFailure(
                "what came is not a task: \(error)", help: "build peft-pipeline and peft-worker from the same source")
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
