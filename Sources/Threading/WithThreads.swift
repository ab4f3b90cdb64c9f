import Glibc

/// Runs a body while others run on threads of their own, and returns when all have ended. Dispatch gives about as many
/// threads as there are processors, which is right for work that computes; these may all wait.
///
/// - Parameters:
///   - count: how many threads; where the system gives fewer, they are fewer.
///   - other: what each of them runs, with its number from 0.
///   - body: what the caller's thread runs meanwhile; it is told how many the others are.
package func withThreads<Result, Failure: Error>(
    _ count: Int, _ other: @Sendable (Int) -> Void, _ body: (Int) throws(Failure) -> Result
) throws(Failure) -> Result {
    let result = withoutActuallyEscaping(other) { other in
        let threads = (0..<count).compactMap { number in JoinedThread { other(number) } }
        defer { threads.forEach { $0.join() } }
        return Swift.Result { () throws(Failure) in try body(threads.count) }
    }
    return try result.get()
}

/// A thread that someone waits for.
private struct JoinedThread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let thread: pthread_t

    /// Nil where the system gives no thread.
    init?(_ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(run))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { body in
                if let body { Unmanaged<Body>.fromOpaque(body).takeRetainedValue().run() }
                return nil
            }, body.toOpaque())
        guard status == 0 else {
            body.release()
            return nil
        }
        self.thread = thread
    }

    func join() { pthread_join(thread, nil) }
}
