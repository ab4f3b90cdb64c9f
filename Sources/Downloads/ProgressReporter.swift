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
        let done = total.map { "\(Self.megabytes(completed)) of \(Self.megabytes($0)) MB" }
        onProgress(
            StageProgress(
                completed: completed, total: total ?? 0,
                details: [done ?? "\(Self.megabytes(completed)) MB", String(format: "%.1f MB/s", speed / 1e6)],
                secondsLeft: total.flatMap { speed > 0 ? Double(max(0, $0 - completed)) / speed : nil }))
    }

    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
}
