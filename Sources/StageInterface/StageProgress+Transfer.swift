import Foundation

extension StageProgress {
    /// How far a transfer has come.
    ///
    /// - Parameters:
    ///   - bytes: those that are there.
    ///   - total: nil where it is not known.
    ///   - speed: in bytes a second; 0 where it is not known.
    package static func transfer(_ bytes: Int, of total: Int?, speed: Double) -> StageProgress {
        func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
        let done = total.map { "\(megabytes(bytes)) of \(megabytes($0)) MB" } ?? "\(megabytes(bytes)) MB"
        return StageProgress(
            completed: bytes, total: total ?? 0, details: [done, String(format: "%.1f MB/s", speed / 1e6)],
            secondsLeft: total.flatMap { speed > 0 ? Double(max(0, $0 - bytes)) / speed : nil })
    }
}
