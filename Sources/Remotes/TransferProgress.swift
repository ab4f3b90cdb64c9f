import Foundation
import StageInterface

/// How far several copies in turn have come, as one.
struct TransferProgress {
    private let total: Int
    /// What earlier copies have brought.
    private var completed = 0

    /// - Parameter total: in bytes.
    init(total: Int) { self.total = total }

    func stage(_ progress: RcloneLog.Progress) -> StageProgress {
        let bytes = min(completed + progress.bytes, total)
        return StageProgress(
            completed: bytes, total: total,
            details: [
                "\(Self.megabytes(bytes)) of \(Self.megabytes(total)) MB",
                String(format: "%.1f MB/s", progress.speed / 1e6),
            ], secondsLeft: progress.speed > 0 ? Double(total - bytes) / progress.speed : nil)
    }

    /// A copy is done.
    mutating func finish(_ bytes: Int) { completed += bytes }

    /// All is there.
    var end: StageProgress { StageProgress(completed: total, total: total) }

    private static func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
}
