/// How far two models' logits of the same rows are from each other.
struct LogitDifference {
    private(set) var largest = 0.0
    /// Over all logits.
    let mean: Double

    init(_ left: [[Float]], _ right: [[Float]]) {
        var (sum, count) = (0.0, 0)
        for (left, right) in zip(left, right) {
            for (left, right) in zip(left, right) {
                let difference = abs(Double(left) - Double(right))
                largest = max(largest, difference)
                sum += difference
                count += 1
            }
        }
        mean = count > 0 ? sum / Double(count) : 0
    }
}
