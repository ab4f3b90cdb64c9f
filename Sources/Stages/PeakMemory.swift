import Foundation

/// The most memory that this process has had at once.
package enum PeakMemory {
    /// In bytes.
    package static var resident: Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss) * 1024
    }
}
