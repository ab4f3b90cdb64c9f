import Foundation
import Reports

/// Quality against cost: a numbered point a row, on a logarithmic scale of cost, the deviation as a line.
struct CostPlot {
    let metric: String
    let cost: ReportedComparison.Cost
    /// The row's number in the table, with what it gives and costs.
    let points: [(number: Int, name: String, quality: Spread, cost: Double)]

    private static let plot = (left: 46.0, right: 346.0, top: 14.0, bottom: 210.0)

    var figure: HTML {
        let xs = Scale(
            points.map(\.cost), places: (Self.plot.left + 12, Self.plot.right - 12), isLogarithmic: true)
        let ys = Scale(
            points.flatMap {
                [$0.quality.mean - ($0.quality.deviation ?? 0), $0.quality.mean + ($0.quality.deviation ?? 0)]
            },
            places: (Self.plot.bottom - 8, Self.plot.top + 8), margin: 0.02)
        let axes = Axes(
            x: xs, y: ys, xLabel: "\(cost.name), logarithmic", xText: cost.text, plot: Self.plot)
        let marks = points.map { point -> HTML in
            let (x, y) = (xs.place(point.cost), ys.place(point.quality.mean))
            let deviation = point.quality.deviation ?? 0
            return """
                <g><title>\(point.number) \(point.name): \(metric) \(point.quality.text), \(cost.name) \
                \(cost.text(point.cost))</title>\
                <line class="range" x1="\(x)" x2="\(x)" y1="\(ys.place(point.quality.mean - deviation))" \
                y2="\(ys.place(point.quality.mean + deviation))"/>\
                <circle class="ball" cx="\(x)" cy="\(y)" r="8"/>\
                <text class="number" x="\(x)" y="\(y + 3.5)" text-anchor="middle">\(point.number)</text></g>
                """
        }
        return """
            <svg class="chart" viewBox="0 0 360 252" role="img" aria-label="\(metric) against \(cost.name)">\
            \(axes.html)\(marks)</svg>
            """
    }
}

extension ReportedComparison.Cost {
    /// `74,498`, `1.2 GB`, `1 min 34 s`
    package func text(_ value: Double) -> String {
        let value = value.isFinite ? min(max(value, 0), 1e15) : 0
        return switch unit {
        case .count: Figures.count(Int(value.rounded()))
        case .bytes: Figures.bytes(Int(value))
        case .seconds: Figures.duration(seconds: min(value, 1e9))
        }
    }
}
