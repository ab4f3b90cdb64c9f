import Foundation
import StageInterface
import Store
import Subprocess
import Synchronization
import SystemPackage

/// A worker process, for one stage after another.
final class WorkerProcess: Sendable {
    /// How a stage, or the process that ran it, ended.
    enum End: Sendable {
        case result(StageResult, takesMore: Bool)
        /// The process ended and gave no result.
        case exit(TerminationStatus)
        case refused(any Error)
    }

    /// The pipe that brings tasks, which also tells the worker that the runner lives: it closes when this process ends,
    /// however it ends, and then the worker ends at once.
    private let tasks: AsyncStream<Data>.Continuation
    private let exchange = Exchange()
    private let life: Task<Void, Never>

    /// Lines on a worker's standard output that are longer are no messages.
    private static let longestMessage = 1 << 24

    /// - Parameters:
    ///   - label: what people see of it in a list of processes.
    ///   - log: for what it prints before its first task.
    ///   - patience: how long it may take to keep its state when it is asked to stop, before it is killed.
    init(_ program: FilePath, label: String, log: FileDescriptor, patience: Duration) {
        let (stream, tasks) = AsyncStream.makeStream(of: Data.self)
        self.tasks = tasks
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: patience)]
        life = Task { [exchange, tasks, options] in
            do {
                let status = try await Subprocess.run(
                    .path(program), arguments: [label], platformOptions: options, input: .inputWriter,
                    output: .sequence, error: .fileDescriptor(log, closeAfterSpawningProcess: true)
                ) { execution in
                    KillPoint.pass("the worker began")
                    let (input, output) = (execution.standardInputWriter, execution.standardOutput)
                    // Tasks of their own, because reading in a cancelled one ends early: the end of this body would
                    // close the worker's standard input, and it would end before it kept its state.
                    let writing = Task {
                        for await task in stream {
                            guard (try? await input.write(Array(task))) != nil else { return }
                        }
                        try? await input.finish()
                    }
                    await Task { await Self.read(output, exchange) }.value
                    tasks.finish()
                    await writing.value
                }.terminationStatus
                exchange.close(.exit(status))
            } catch {
                exchange.close(.refused(error))
            }
        }
    }

    deinit { tasks.finish() }

    /// False when the process has ended.
    var isAlive: Bool { exchange.isOpen }

    /// Runs a task to its end, one at a time. Cancellation asks the process to stop, which is then of no further use.
    func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async throws -> End {
        let line = try JSONEncoder().encode(task) + [UInt8(ascii: "\n")]
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                exchange.begin(continuation, events)
                tasks.yield(line)
            }
        } onCancel: {
            life.cancel()
        }
    }

    /// Ends the process, and waits until it has ended.
    func finish() async {
        tasks.finish()
        await life.value
    }

    /// Hands on what a worker says, until its standard output closes.
    private static func read(_ output: SubprocessOutputSequence, _ exchange: Exchange) async {
        let decoder = JSONDecoder()
        var buffers = output.makeAsyncIterator()
        var splitter = LineSplitter(maximumLength: longestMessage)
        while let buffer = try? await buffers.next() {
            for line in splitter.lines(adding: buffer.withUnsafeBytes { Array($0) }) {
                switch try? decoder.decode(WorkerMessage.self, from: Data(line)) {
                case .event(let event): exchange.tell(event)
                case .ended(let result, let takesMore): exchange.end(.result(result, takesMore: takesMore))
                case nil: break
                }
            }
        }
    }

    /// Who waits for the end of a task, between the tasks of the process and its end.
    private final class Exchange: Sendable {
        private enum State {
            case idle
            case busy(CheckedContinuation<End, Never>, @Sendable (StageEvent) -> Void)
            case closed(End)
        }

        private let state = Mutex(State.idle)

        var isOpen: Bool {
            state.withLock { if case .closed = $0 { false } else { true } }
        }

        func begin(
            _ continuation: CheckedContinuation<End, Never>, _ events: @escaping @Sendable (StageEvent) -> Void
        ) {
            let before = state.withLock { state in
                defer { if case .idle = state { state = .busy(continuation, events) } }
                return state
            }
            if case .closed(let end) = before { continuation.resume(returning: end) }
        }

        func tell(_ event: StageEvent) {
            if case .busy(_, let events) = state.withLock({ $0 }) { events(event) }
        }

        /// Ends the task that runs.
        func end(_ end: End) { move(to: .idle, end) }

        /// Ends the task that runs, if one does, and all that come.
        func close(_ end: End) { move(to: .closed(end), end) }

        private func move(to next: State, _ end: End) {
            let before = state.withLock { state in
                defer { state = next }
                return state
            }
            if case .busy(let continuation, _) = before { continuation.resume(returning: end) }
        }
    }
}
