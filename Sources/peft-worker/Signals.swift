import Foundation
import Synchronization

/// Remembers that the runner asked the stage to stop, by SIGTERM.
///
/// SIGINT is ignored: Ctrl-C reaches every process of the terminal, and it is the runner that decides what it means.
final class StopSignal: Sendable {
    private let requested = Atomic(false)

    var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Call before any other thread starts, so that every thread inherits the mask.
    static func install() -> StopSignal {
        let stop = StopSignal()
        signal(SIGINT, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        var mask = sigset_t()
        sigemptyset(&mask)
        sigaddset(&mask, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &mask, nil)
        let awaited = mask
        Thread.detachNewThread {
            var awaited = awaited
            var received: Int32 = 0
            sigwait(&awaited, &received)
            stop.requested.store(true, ordering: .relaxed)
        }
        return stop
    }
}

/// Ends the process when the one that started it is gone.
enum ParentWatch {
    /// - Parameter end: ends the process.
    static func start(end: @escaping @Sendable () -> Never = { _exit(137) }) {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while true {
                let count = read(STDIN_FILENO, &byte, 1)
                if count < 0, errno == EINTR { continue }
                if count <= 0 { end() }
            }
        }
    }
}
