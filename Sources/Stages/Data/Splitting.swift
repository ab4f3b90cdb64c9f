/// The three parts of a data set.
enum SplitName: String, CaseIterable, Sendable {
    case train, validation, test
}

/// How rows are shared out among the splits.
struct Splitting: Sendable {
    let fractions: [SplitName: Double]
    /// Keep each class's share the same in every split.
    let isStratified: Bool
    let seed: Int

    /// The split of each row, given the rows' classes.
    ///
    /// Sizes are by largest remainder, so they add up and each is within one row of its share.
    func assign(_ classes: [Int]) -> [SplitName] {
        var generator = SplitMix64(seed: seed)
        var assigned = [SplitName](repeating: .train, count: classes.count)
        let groups: [[Int]]
        if isStratified {
            groups = Dictionary(grouping: classes.indices, by: { classes[$0] }).sorted { $0.key < $1.key }.map(\.value)
        } else {
            groups = [Array(classes.indices)]
        }
        for group in groups {
            var rest = group.shuffled(using: &generator)[...]
            for (split, size) in sizes(of: group.count) {
                for row in rest.prefix(size) { assigned[row] = split }
                rest = rest.dropFirst(size)
            }
        }
        return assigned
    }

    private func sizes(of count: Int) -> [(SplitName, Int)] {
        let shares = SplitName.allCases.map { ($0, (fractions[$0] ?? 0) * Double(count)) }
        // A share such as 0.1 × 30 must not lose a row to the last digit of its product.
        var sizes = shares.map { ($0.0, Int(($0.1 + 1e-9).rounded(.down))) }
        let missing = count - sizes.map(\.1).reduce(0, +)
        let byRemainder = shares.indices.sorted {
            let (left, right) = (shares[$0].1 - Double(sizes[$0].1), shares[$1].1 - Double(sizes[$1].1))
            return left == right ? $0 < $1 : left > right
        }
        for index in byRemainder.prefix(max(0, missing)) { sizes[index].1 += 1 }
        return sizes
    }
}
