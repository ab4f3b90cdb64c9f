import Foundation
package import StageInterface
import Subprocess
import SystemPackage

/// Runs each stage in a worker process on this machine.
package struct LocalStageRunner: StageRunner {
    private let worker: FilePath

    /// How long a worker that is asked to stop may take to keep its state before it is killed.
    static let patience = Duration.seconds(60)

    /// - Parameter worker: the path of the program `peft-worker`.
    package init(worker: String) { self.worker = FilePath(worker) }

    package func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async -> StageResult {
        let folder = FilePath(task.scratch).removingLastComponent()
        let taskFile = folder.appending("task.json")
        let resultFile = folder.appending("result.json")
        let logFile = folder.appending("worker.log")
        do {
            try? FileManager.default.removeItem(atPath: resultFile.string)
            try JSONEncoder().encode(task).write(to: URL(fileURLWithPath: taskFile.string), options: .atomic)
            let log = try FileDescriptor.open(
                logFile, .writeOnly, options: [.create, .truncate],
                permissions: [.ownerReadWrite, .groupRead, .otherRead])
            var options = PlatformOptions()
            options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: Self.patience)]
            let ended = try await Subprocess.run(
                .path(worker), arguments: [taskFile.string, resultFile.string], platformOptions: options,
                // The pipe that tells the worker that the runner lives: it closes when this process ends, however it
                // ends, and then the worker ends at once.
                input: .inputWriter, output: .sequence, error: .fileDescriptor(log, closeAfterSpawningProcess: true)
            ) { execution in
                let decoder = JSONDecoder()
                for try await line in execution.standardOutput.strings() {
                    if let event = try? decoder.decode(StageEvent.self, from: Data(line.utf8)) { events(event) }
                }
            }
            return result(at: resultFile, log: logFile, status: ended.terminationStatus)
        } catch {
            if let result = storedResult(at: resultFile) { return result }
            if Task.isCancelled { return StageResult(status: .stopped) }
            return .failure("can't run \(worker.string): \(error)")
        }
    }

    private func storedResult(at file: FilePath) -> StageResult? {
        guard let data = FileManager.default.contents(atPath: file.string) else { return nil }
        return try? JSONDecoder().decode(StageResult.self, from: data)
    }

    private func result(at file: FilePath, log: FilePath, status: TerminationStatus) -> StageResult {
        if let result = storedResult(at: file) { return result }
        if Task.isCancelled { return StageResult(status: .stopped) }
        let end =
            switch status {
            case .exited(let code): "ended with code \(code) and left no result"
            case .signaled(let signal): "was ended by \(Self.describe(signal: signal))"
            }
        let tail = Self.lastLines(of: log, count: 12)
        return .failure(
            "the worker \(end)" + (tail.isEmpty ? "" : "; its last words:\n\(tail)"),
            help: status == .signaled(SIGKILL)
                ? "a kill from outside is most often the system running out of memory: try a smaller `batch_size`"
                : "the whole log is in \(log.string)")
    }

    private static func describe(signal: CInt) -> String {
        switch signal {
        case SIGKILL: "SIGKILL"
        case SIGSEGV: "SIGSEGV (a memory fault)"
        case SIGABRT: "SIGABRT"
        case SIGILL: "SIGILL"
        case SIGBUS: "SIGBUS"
        case SIGTERM: "SIGTERM"
        default: "signal \(signal)"
        }
    }

    private static func lastLines(of file: FilePath, count: Int) -> String {
        guard let data = FileManager.default.contents(atPath: file.string) else { return "" }
        return String(decoding: data.suffix(8192), as: UTF8.self).split(separator: "\n").suffix(count)
            .map { "  " + $0 }.joined(separator: "\n")
    }
}

extension StageResult {
    static func failure(_ message: String, help: String? = nil) -> StageResult {
        StageResult(status: .failed, problems: [StageProblem(.error, message, help: help)])
    }
}
