import Foundation

/// In which order rows of several sources become one, as `interleave_datasets` of Hugging Face's datasets orders them.
///
/// Whoever comes next gives its next row, and begins again behind its last one.
struct Mixing: Sendable {
    enum StoppingStrategy: String, CaseIterable, Sendable {
        /// Ends when some source has given all of its rows: rows of the others are left out.
        case firstExhausted = "first_exhausted"
        /// Ends when every source has: rows of the others are there several times.
        case allExhausted = "all_exhausted"
    }

    /// A row that is taken.
    struct Place: Sendable, Hashable {
        let source: Int
        let row: Int
    }

    /// The probability of each source to come next; nil takes turns.
    let shares: [Double]?
    let stoppingStrategy: StoppingStrategy

    /// Shares in proportion to weights.
    static func shares(weights: [Double]) -> [Double] {
        // Divided first, so that the sum of large ones is a number.
        let largest = weights.max() ?? 1
        let relative = weights.map { $0 / largest }
        let sum = relative.reduce(0, +)
        return relative.map { $0 / sum }
    }

    /// Shares in proportion to n^(1/T) for n rows, as T5 mixes tasks (Raffel et al. 2020, arXiv:1910.10683, 3.5.2).
    ///
    /// - Parameters:
    ///   - temperature: T; 1 is in proportion to the sizes, and the larger, the more alike.
    ///   - maximum: a source with more rows counts as one with so many.
    static func shares(sizes: [Int], temperature: Double, maximum: Int?) -> [Double] {
        let exponents = sizes.map { log(Double(min($0, maximum ?? $0))) / temperature }
        // A small temperature makes powers that are no numbers.
        let largest = exponents.max() ?? 0
        return shares(weights: exponents.map { exp($0 - largest) })
    }

    /// How many rows there will be, about. Infinity where some source would never come.
    func expectedCount(_ sizes: [Int]) -> Double {
        let counts = sizes.map(Double.init)
        let rounds =
            if let shares { zip(counts, shares).map { $0 / $1 } } else { counts.map { $0 * Double(counts.count) } }
        return (stoppingStrategy == .firstExhausted ? rounds.min() : rounds.max()) ?? 0
    }

    /// The rows in the order in which they are taken.
    ///
    /// - Parameters:
    ///   - sizes: the rows of each source, at least one.
    ///   - uniform: draws a number from 0 to below 1.
    func places(sizes: [Int], uniform: () -> Double) -> [Place] {
        var bounds: [Double] = []
        for share in shares ?? [] { bounds.append((bounds.last ?? 0) + share) }
        var taken = Array(repeating: 0, count: sizes.count)
        var exhausted = 0
        var places: [Place] = []
        func take(_ source: Int) {
            places.append(Place(source: source, row: taken[source] % sizes[source]))
            taken[source] += 1
            if taken[source] == sizes[source] { exhausted += 1 }
        }
        while exhausted < (stoppingStrategy == .firstExhausted ? 1 : sizes.count) {
            if shares == nil {
                // A round is never broken off.
                for source in sizes.indices { take(source) }
            } else {
                let number = uniform() * (bounds.last ?? 1)
                take(bounds.firstIndex { $0 > number } ?? sizes.count - 1)
            }
        }
        return places
    }
}

extension SplitMix64 {
    /// A number from 0 to below 1, of 53 bits.
    mutating func nextUniform() -> Double { Double(next() >> 11) * 0x1p-53 }
}
