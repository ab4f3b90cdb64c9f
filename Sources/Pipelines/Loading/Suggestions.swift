import Diagnostics

/// Known names for unknown ones, as long as looking for them is quick: of a file with thousands of mistakes the first
/// ones get a suggestion.
struct Suggestions {
    private var comparisonsLeft = 50_000

    /// - Parameter excluded: a known name that can't be meant.
    mutating func help(
        forUnknown name: String, among known: [String], except excluded: String? = nil, as noun: String
    ) -> String? {
        guard spend(known.count) else { return nil }
        return Diagnostic.help(forUnknown: name, among: known.filter { $0 != excluded }, as: noun)
    }

    mutating func nearest(to name: String, among known: [String]) -> String? {
        spend(known.count) ? NearestName.find(name, among: known) : nil
    }

    private mutating func spend(_ comparisons: Int) -> Bool {
        guard comparisons <= comparisonsLeft else { return false }
        comparisonsLeft -= comparisons
        return true
    }
}
