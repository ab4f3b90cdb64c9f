import Foundation

/// What several values say.
package struct Spread: Sendable, Hashable {
    package var mean: Double
    /// Of a sample; nil for one value.
    package var deviation: Double?
    package var least: Double
    package var greatest: Double

    package init(mean: Double, deviation: Double?, least: Double, greatest: Double) {
        self.mean = mean
        self.deviation = deviation
        self.least = least
        self.greatest = greatest
    }

    /// Nil for no values.
    package init?(_ values: [Double]) {
        guard let least = values.min(), let greatest = values.max() else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(
            mean: mean, deviation: values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil,
            least: least, greatest: greatest)
    }
}

extension Spread {
    /// `0.8498 ± 0.0046`
    package var text: String {
        Self.fourDecimals(mean) + (deviation.map { " ± " + Self.fourDecimals($0) } ?? "")
    }

    private static func fourDecimals(_ value: Double) -> String { String(format: "%.4f", value) }
}
