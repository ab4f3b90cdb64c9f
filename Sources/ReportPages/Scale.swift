import Foundation

/// How numbers become places along an axis.
struct Scale {
    let domain: ClosedRange<Double>
    let places: (from: Double, to: Double)
    let isLogarithmic: Bool

    /// - Parameters:
    ///   - values: what is to be shown; those that are not finite, and not above 0 on a logarithmic scale, don't count.
    ///   - places: where the axis begins and ends.
    ///   - margin: the share of the axis that stays free at either end.
    init(
        _ values: some Sequence<Double>, places: (from: Double, to: Double), isLogarithmic: Bool = false,
        margin: Double = 0
    ) {
        // Sums and differences of what is shown have to be finite as well.
        let shown = values.filter { abs($0) <= 1e300 && (!isLogarithmic || $0 > 0) }
            .map { isLogarithmic ? log10($0) : $0 }
        var low = shown.min() ?? 0
        var high = shown.max() ?? 1
        if high - low < 1e-300 {
            let room = isLogarithmic ? 0.5 : max(abs(low) * 0.05, 1e-6)
            low -= room
            high += room
        }
        let room = (high - low) * margin
        domain = (low - room)...(high + room)
        self.places = places
        self.isLogarithmic = isLogarithmic
    }

    func place(_ value: Double) -> Double {
        let value = isLogarithmic ? log10(max(value, .leastNormalMagnitude)) : value
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return places.from + min(max(share, -0.1), 1.1) * (places.to - places.from)
    }

    /// Round numbers within the domain.
    var ticks: [Double] { isLogarithmic ? powers : multiples(atMost: 5) }

    private func multiples(atMost count: Int) -> [Double] {
        let span = domain.upperBound - domain.lowerBound
        guard span > 0, span.isFinite else { return [domain.lowerBound] }
        let rough = span / Double(count)
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 2.5, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? rough
        let first = Int((domain.lowerBound / step - 1e-9).rounded(.up))
        let last = Int((domain.upperBound / step + 1e-9).rounded(.down))
        guard first <= last, last - first < 20 else { return [domain.lowerBound] }
        return (first...last).map { Double($0) * step }
    }

    /// Powers of ten, and where there are fewer than two multiples of them as well.
    private var powers: [Double] {
        let whole = Int(domain.lowerBound.rounded(.down))...Int(domain.upperBound.rounded(.up))
        func within(_ factors: [Double]) -> [Double] {
            whole.flatMap { exponent in factors.map { $0 * pow(10, Double(exponent)) } }
                .filter { domain.contains(log10($0)) }
        }
        let tens = within([1])
        if tens.count > 6 { return tens.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element) }
        return [tens, within([1, 2, 5])].first { $0.count >= 2 } ?? within([1, 1.5, 2, 3, 4, 5, 6, 8])
    }
}
