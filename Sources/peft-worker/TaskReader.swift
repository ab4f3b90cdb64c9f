import Foundation
import Synchronization

/// The tasks that come on standard input, a line each.
///
/// When it closes, the runner is gone or has no more tasks, and the process ends at once: nobody would take the result of
/// what runs, and the next run may want its scratch folder.
final class TaskReader: Sendable {
    private struct State {
        var lines: [Data] = []
        var isBusy = false
    }

    private let state = Mutex(State())
    private let ready = DispatchSemaphore(value: 0)

    /// Starts to read.
    init() {
        Thread.detachNewThread { [self] in
            var rest = Data()
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(STDIN_FILENO, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { _exit(state.withLock { $0.isBusy || !$0.lines.isEmpty } ? 137 : 0) }
                rest += buffer[..<count]
                while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Data(rest[rest.startIndex..<end])
                    rest = Data(rest[rest.index(after: end)...])
                    state.withLock { $0.lines.append(line) }
                    ready.signal()
                }
            }
        }
    }

    /// Waits for a task; until ``done()`` it is under way.
    func next() -> Data {
        ready.wait()
        return state.withLock { state in
            state.isBusy = true
            return state.lines.removeFirst()
        }
    }

    /// The task is at its end, and its result about to be told.
    func done() { state.withLock { $0.isBusy = false } }
}
