import Foundation
import StageInterface
import Synchronization

/// Sends messages to the runner, a JSON object a line.
///
/// The stream keeps standard output for itself: whatever else a library prints goes to standard error.
final class MessageStream: Sendable {
    private let descriptor: Mutex<Int32>

    init() {
        descriptor = Mutex(dup(STDOUT_FILENO))
        dup2(STDERR_FILENO, STDOUT_FILENO)
    }

    /// Makes what libraries print go to a file. Where that can't be, it goes where it went.
    func printTo(_ path: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard file >= 0 else { return }
        fflush(nil)
        dup2(file, STDOUT_FILENO)
        dup2(file, STDERR_FILENO)
        close(file)
    }

    func send(_ message: WorkerMessage) {
        guard var line = try? JSONEncoder().encode(message) else { return }
        line.append(UInt8(ascii: "\n"))
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if written < 0, errno == EINTR { continue }
                    if written <= 0 { return }
                    rest = rest.dropFirst(written)
                }
            }
        }
    }
}

/// The problems that a stage told of while it ran.
final class ProblemLog: Sendable {
    private let problems = Mutex<[StageProblem]>([])

    var all: [StageProblem] { problems.withLock { $0 } }

    func append(_ problem: StageProblem) { problems.withLock { $0.append(problem) } }
}
