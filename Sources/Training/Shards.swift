/// A batch in parts that are computed at the same time.
enum Shards {
    /// Cuts a batch into at most `count` parts of rows of like length, so that the part with the most positions, padding
    /// included, has as few as can be.
    ///
    /// - Parameters:
    ///   - rows: at least one.
    ///   - length: of a row, in positions.
    /// - Returns: the parts, the longest rows first; the rows as they are where one part is wanted.
    static func of<Row>(_ rows: [Row], count: Int, length: (Row) -> Int) -> [[Row]] {
        guard count > 1, rows.count > 1 else { return [rows] }
        // Ties keep their order.
        let sorted = rows.enumerated().sorted { (length($0.element), $1.offset) > (length($1.element), $0.offset) }
            .map(\.element)
        let lengths = sorted.map { max(1, length($0)) }
        // The smallest limit with which taking as many rows as it allows needs no more parts.
        var (low, high) = (lengths[0], lengths[0] * lengths.count)
        while low < high {
            let middle = (low + high) / 2
            if starts(lengths, limit: middle).count <= count { high = middle } else { low = middle + 1 }
        }
        let starts = starts(lengths, limit: low)
        return zip(starts, starts.dropFirst() + [sorted.count]).map { Array(sorted[$0..<$1]) }
    }

    /// Where parts begin that have at most so many positions, each of as many rows as can be.
    private static func starts(_ lengths: [Int], limit: Int) -> [Int] {
        var starts = [0]
        for index in lengths.indices.dropFirst() {
            let first = starts[starts.count - 1]
            if lengths[first] * (index - first + 1) > limit { starts.append(index) }
        }
        return starts
    }
}
