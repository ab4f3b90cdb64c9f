import Diagnostics
import Foundation
package import StageInterface
import Store
import Subprocess
import Synchronization
import SystemPackage

/// Runs each stage in a worker process on this machine.
///
/// A stage that uses tensors has a process to itself: its memory is the system's again when it ends. Others share one after
/// another, as to start a process takes longer than most of them.
package final class LocalStageRunner: StageRunner {
    private let worker: FilePath
    private let label: String
    private let patience: Duration
    private let idle = Mutex<[WorkerProcess]>([])

    /// - Parameters:
    ///   - worker: the path of the program `peft-worker`.
    ///   - label: what people see of its processes: what they work for.
    ///   - patience: how long a worker that is asked to stop may take to keep its state before it is killed.
    package init(worker: String, label: String, patience: Duration = .seconds(60)) {
        self.worker = FilePath(worker)
        self.label = label
        self.patience = patience
    }

    package func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async -> StageResult {
        let log = WorkerLog(path: FilePath(task.log))
        do {
            let file = try log.create()
            if Task.isCancelled {
                try? file.close()
                return StageResult(status: .stopped)
            }
            let process = process(for: task, log: file)
            let end = try await process.run(task, events: events)
            KillPoint.pass("the worker gave its result")
            switch end {
            case .result(let result, let takesMore):
                if takesMore, task.compute == .none, !Task.isCancelled {
                    idle.withLock { $0.append(process) }
                } else {
                    await process.finish()
                }
                return result
            case .exit(let status): return Self.result(of: status, log)
            case .refused(let error): throw error
            }
        } catch {
            if Task.isCancelled { return StageResult(status: .stopped) }
            let refusal = SystemError(error)
            return .failure("cannot run \(worker): \(refusal?.message ?? "\(error)")", help: refusal?.help)
        }
    }

    package func finish() async {
        let ended = idle.withLock { idle in
            defer { idle = [] }
            return idle
        }
        for process in ended { await process.finish() }
    }

    /// One that waits for a task, or a new one.
    private func process(for task: StageTask, log: FileDescriptor) -> WorkerProcess {
        let waiting = idle.withLock { idle in
            idle.removeAll { !$0.isAlive }
            return task.compute == .none ? idle.popLast() : nil
        }
        if let waiting {
            try? log.close()
            return waiting
        }
        return WorkerProcess(worker, label: label, log: log, patience: patience)
    }

    // MARK: - Words

    /// What to say of a worker that ended without a result.
    private static func result(of status: TerminationStatus, _ log: WorkerLog) -> StageResult {
        if Task.isCancelled { return StageResult(status: .stopped) }
        let end =
            switch status {
            case .exited(let code): "ended with code \(code) and left no result"
            case .signaled(let signal): "was ended by \(describe(signal: signal))"
            }
        let tail = log.lastWords(lines: 12)
        return .failure(
            "the worker \(end)" + (tail.isEmpty ? "" : "; its last words:\n\(tail)"),
            help: status == .signaled(SIGKILL)
                ? "a kill from outside is most often the system running out of memory: try a smaller `batch_size`"
                : "the whole log is in \(log.path)")
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
}

/// The file for what a worker prints while it runs a stage.
private struct WorkerLog {
    let path: FilePath

    /// Makes an empty file and opens it.
    func create() throws -> FileDescriptor {
        try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .append, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    /// The end of the log, indented.
    func lastWords(lines: Int) -> String {
        guard let handle = FileHandle(forReadingAtPath: path.string) else { return "" }
        defer { try? handle.close() }
        let end = (try? handle.seekToEnd()) ?? 0
        try? handle.seek(toOffset: end - min(end, 8192))
        let data = (try? handle.readToEnd()) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(lines)
            .map { "  " + $0 }.joined(separator: "\n")
    }
}

extension StageResult {
    static func failure(_ message: String, help: String? = nil) -> StageResult {
        StageResult(status: .failed, problems: [StageProblem(.error, message, help: help)])
    }
}
