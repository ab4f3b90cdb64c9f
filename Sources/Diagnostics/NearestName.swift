/// Finds the known name that a misspelt one was likely meant to be.
package enum NearestName {
    /// The candidate nearest to `name`, or nil if none is near.
    ///
    /// A candidate that differs only in case and separators (`batchSize`, `batch-size`, `batch_size`) is nearest of
    /// all. Otherwise the Damerau-Levenshtein distance decides (insertion, deletion, substitution, transposition of
    /// neighbours): it may be a third of the longer name, and less than the shorter. Of equally near candidates the
    /// first is taken.
    package static func find(_ name: String, among candidates: [String]) -> String? {
        let wanted = folded(name)
        guard !wanted.isEmpty, wanted.count <= longestName else { return nil }
        var nearest: (name: String, distance: Int)?
        for candidate in candidates where candidate != name {
            let known = folded(candidate)
            let allowed = min(max(wanted.count, known.count, 3) / 3, min(wanted.count, known.count) - 1)
            let bound = min(nearest.map { $0.distance - 1 } ?? allowed, allowed)
            guard known.count <= longestName, bound >= 0, abs(known.count - wanted.count) <= bound,
                let distance = distance(wanted, known, atMost: bound)
            else { continue }
            nearest = (candidate, distance)
            if distance == 0 { break }
        }
        return nearest?.name
    }

    /// Longer texts are no names; comparing them would take long.
    private static let longestName = 128

    private static func folded(_ name: String) -> [Character] {
        name.lowercased().filter { !"-_. ".contains($0) }.map { $0 }
    }

    /// The restricted Damerau-Levenshtein distance (optimal string alignment), or nil if it is above `bound`.
    private static func distance(_ left: [Character], _ right: [Character], atMost bound: Int) -> Int? {
        var beforePrevious: [Int] = []
        var previous = Array(0...right.count)
        for i in 0..<left.count {
            var current = [i + 1]
            current.reserveCapacity(right.count + 1)
            for j in 0..<right.count {
                let substitution = previous[j] + (left[i] == right[j] ? 0 : 1)
                var best = min(substitution, previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforePrevious[j - 1] + 1)
                }
                current.append(best)
            }
            beforePrevious = previous
            previous = current
        }
        return previous[right.count] <= bound ? previous[right.count] : nil
    }
}
