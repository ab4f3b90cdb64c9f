import Diagnostics
import Foundation
package import StageInterface
import Store
import Subprocess
import SystemPackage

/// Runs each stage in a worker process on this machine.
package struct LocalStageRunner: StageRunner {
    private let worker: FilePath
    private let patience: Duration

    /// Lines on a worker's standard output that are longer are no events.
    private static let longestEvent = 1 << 20

    /// - Parameters:
    ///   - worker: the path of the program `peft-worker`.
    ///   - patience: how long a worker that is asked to stop may take to keep its state before it is killed.
    package init(worker: String, patience: Duration = .seconds(60)) {
        self.worker = FilePath(worker)
        self.patience = patience
    }

    package func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async -> StageResult {
        let files = WorkerFiles(folder: FilePath(task.scratch).removingLastComponent())
        do {
            try files.begin(task)
            if Task.isCancelled { return StageResult(status: .stopped) }
            let status = try await start(files, events)
            KillPoint.pass("the worker ended")
            return files.result ?? Self.result(of: status, files)
        } catch {
            if let result = files.result { return result }
            if Task.isCancelled { return StageResult(status: .stopped) }
            let refusal = SystemError(error)
            return .failure("cannot run \(worker): \(refusal?.message ?? "\(error)")", help: refusal?.help)
        }
    }

    /// Runs the process until it ends; in a cancelled task after it was asked to.
    private func start(
        _ files: WorkerFiles, _ events: @escaping @Sendable (StageEvent) -> Void
    ) async throws -> TerminationStatus {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: patience)]
        return try await Subprocess.run(
            .path(worker), arguments: [files.taskFile.string, files.resultFile.string], platformOptions: options,
            // The pipe that tells the worker that the runner lives: it closes when this process ends, however it
            // ends, and then the worker ends at once.
            input: .inputWriter, output: .sequence,
            error: .fileDescriptor(try files.openLog(), closeAfterSpawningProcess: true)
        ) { execution in
            KillPoint.pass("the worker began")
            let output = execution.standardOutput
            // A task of its own, because reading in a cancelled one ends early: the end of this body would close the
            // worker's standard input, and it would end before it kept its state.
            try await Task { try await Self.read(output, events) }.value
        }.terminationStatus
    }

    private static func read(
        _ output: SubprocessOutputSequence, _ events: @Sendable (StageEvent) -> Void
    ) async throws {
        let decoder = JSONDecoder()
        var splitter = LineSplitter(maximumLength: longestEvent)
        for try await buffer in output {
            for line in splitter.lines(adding: buffer.withUnsafeBytes { Array($0) }) {
                if let event = try? decoder.decode(StageEvent.self, from: Data(line)) { events(event) }
            }
        }
    }

    // MARK: - Words

    /// What to say of a worker that ended without a result.
    private static func result(of status: TerminationStatus, _ files: WorkerFiles) -> StageResult {
        if Task.isCancelled { return StageResult(status: .stopped) }
        let end =
            switch status {
            case .exited(let code): "ended with code \(code) and left no result"
            case .signaled(let signal): "was ended by \(describe(signal: signal))"
            }
        let tail = files.lastWords(lines: 12)
        return .failure(
            "the worker \(end)" + (tail.isEmpty ? "" : "; its last words:\n\(tail)"),
            help: status == .signaled(SIGKILL)
                ? "a kill from outside is most often the system running out of memory: try a smaller `batch_size`"
                : "the whole log is in \(files.logFile)")
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

/// The files that pass between the runner and a worker, beside the folders of its stage.
private struct WorkerFiles {
    let taskFile: FilePath
    let resultFile: FilePath
    let logFile: FilePath

    init(folder: FilePath) {
        taskFile = folder.appending("task.json")
        resultFile = folder.appending("result.json")
        logFile = folder.appending(WorkFolder.logName)
    }

    /// Writes the task, and removes the result of an earlier attempt, which must not pass for that of this one.
    func begin(_ task: StageTask) throws {
        if FileManager.default.fileExists(atPath: resultFile.string) {
            try FileManager.default.removeItem(atPath: resultFile.string)
        }
        KillPoint.pass("before write \(taskFile)")
        try ExchangeFile.write(JSONEncoder().encode(task), to: taskFile.string)
        KillPoint.pass("after write \(taskFile)")
    }

    /// Opens the file for what the worker and its libraries print.
    func openLog() throws -> FileDescriptor {
        try FileDescriptor.open(
            logFile, .writeOnly, options: [.create, .truncate, .closeOnExec],
            permissions: [.ownerReadWrite, .groupRead, .otherRead])
    }

    /// How the worker says that the stage ended; nil if it did not come to that.
    var result: StageResult? {
        guard let data = FileManager.default.contents(atPath: resultFile.string) else { return nil }
        return try? JSONDecoder().decode(StageResult.self, from: data)
    }

    /// The end of the log, indented.
    func lastWords(lines: Int) -> String {
        guard let handle = FileHandle(forReadingAtPath: logFile.string) else { return "" }
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
