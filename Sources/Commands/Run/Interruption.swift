import Dispatch
import Foundation
import Synchronization

/// Ctrl-C, SIGTERM and SIGHUP: the first asks for an orderly end, the second ends at once.
///
/// Workers see that this process is gone and end with it.
final class Interruption {
    private let sources: [any DispatchSourceSignal]

    /// Listens until ``stop()``.
    ///
    /// - Parameter onFirst: called once, on a queue of its own.
    init(onFirst: @escaping @Sendable () -> Void) {
        let count = Count()
        signal(SIGPIPE, SIG_IGN)
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // The default action would end the process before the source is told.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { if count.next() == 1 { onFirst() } else { _exit(128 + number) } }
            source.activate()
            return source
        }
    }

    func stop() {
        for source in sources { source.cancel() }
    }

    private final class Count: Sendable {
        private let value = Atomic(0)

        func next() -> Int { value.add(1, ordering: .relaxed).newValue }
    }
}
