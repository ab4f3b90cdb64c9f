import Foundation
import StageInterface

/// Tells how far a download has come, a few times a second.
struct ProgressReporter {
    private let since: ContinuousClock.Instant
    private let onProgress: (StageProgress) -> Void
    private var last: ContinuousClock.Instant?

    private static let interval = Duration.milliseconds(200)

    init(since: ContinuousClock.Instant, onProgress: @escaping (StageProgress) -> Void) {
        self.since = since
        self.onProgress = onProgress
    }

    /// - Parameters:
    ///   - completed: the bytes that are there.
    ///   - total: nil where it is not known.
    ///   - received: the bytes that came since the beginning.
    mutating func report(completed: Int, total: Int?, received: Int) {
        let now = ContinuousClock.now
        if let last, now - last < Self.interval, completed != total { return }
        last = now
        let elapsed = now - since
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let speed = seconds > 0 ? Double(received) / seconds : 0
        onProgress(.transfer(completed, of: total, speed: speed))
    }
}
