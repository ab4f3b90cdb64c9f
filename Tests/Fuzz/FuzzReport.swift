/// What was seen of a target, in one process or in several.
struct FuzzReport {
    var accepted = 0
    var refused = 0
    var slowestMicroseconds = 0
    var largestGrowth = 0
    /// What was found, in a line each.
    var findings: [String] = []
    /// How many there are, those that are not shown included.
    var findingCount = 0

    mutating func add(_ progress: Progress) {
        accepted += progress.accepted
        refused += progress.refused
        slowestMicroseconds = max(slowestMicroseconds, progress.slowestMicroseconds)
        largestGrowth = max(largestGrowth, progress.largestGrowth)
    }
}
