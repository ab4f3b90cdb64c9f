/// Decomposes scalars canonically and puts combining marks into canonical order (Unicode's NFD), one scalar at a time.
struct CanonicalDecomposer {
    private struct Mark {
        var scalar: UInt32
        var source: Int32
        var combiningClass: UInt8
        /// Whether the mark came out of a decomposition behind another scalar.
        var isInserted: Bool
    }

    /// What is decomposed and in order, for the caller to take.
    var ready: [(scalar: UInt32, source: Int32)] = []

    /// Marks since the last scalar of class 0, whose order is still open.
    private var marks: [Mark] = []
    /// Source of the last scalar that stands in the place of one of the input's.
    private var lastSource: Int32 = 0

    var hasOpenMarks: Bool { !marks.isEmpty }

    /// Tells of a scalar of class 0 without decomposition that the caller writes by itself. No marks may be open.
    @inline(__always)
    mutating func passStarter(source: Int32) { lastSource = source }

    mutating func append(_ scalar: UInt32, source: Int32, _ cache: inout ScalarCache) {
        let decomposition = cache.facts(of: scalar).decomposition
        for index in decomposition {
            let part = cache.mappings[index]
            let combiningClass = cache.facts(of: part).combiningClass
            let isInserted = index != decomposition.lowerBound
            if combiningClass != 0 {
                marks.append(
                    Mark(scalar: part, source: source, combiningClass: combiningClass, isInserted: isInserted))
                continue
            }
            closeMarks()
            if !isInserted { lastSource = source }
            ready.append((part, lastSource))
        }
    }

    /// Puts the open marks into order.
    ///
    /// Marks change places, sources don't: the first mark in the new order gets the first source, as the reference
    /// aligns them. An inserted mark shares the source of what precedes it.
    mutating func closeMarks() {
        guard !marks.isEmpty else { return }
        var sources = marks.lazy.filter { !$0.isInserted }.map(\.source).makeIterator()
        // Swift's sort is stable since 5.0, though only its implementation says so; the position makes it certain.
        let order = marks.indices.sorted { (marks[$0].combiningClass, $0) < (marks[$1].combiningClass, $1) }
        for index in order {
            if !marks[index].isInserted, let source = sources.next() { lastSource = source }
            ready.append((marks[index].scalar, lastSource))
        }
        marks.removeAll(keepingCapacity: true)
    }
}
