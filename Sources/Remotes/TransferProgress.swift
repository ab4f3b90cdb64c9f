import StageInterface

/// How far several copies in turn have come, as one.
struct TransferProgress {
    private let total: Int
    /// What earlier copies have brought.
    private var completed = 0

    /// - Parameter total: in bytes.
    init(total: Int) { self.total = total }

    func stage(_ progress: RcloneLog.Progress) -> StageProgress {
        .transfer(min(completed + progress.bytes, total), of: total, speed: progress.speed)
    }

    /// A copy is done.
    mutating func finish(_ bytes: Int) { completed += bytes }

    /// All is there.
    var end: StageProgress { StageProgress(completed: total, total: total) }
}
