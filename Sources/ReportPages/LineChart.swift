import Foundation
import Reports

/// Curves over one axis. Each has its own dashes and markers, so that colours may be missing.
struct LineChart {
    struct Series {
        let name: String
        let points: [(x: Double, y: Double)]
        /// Markers at the points, for a curve of few.
        var isMarked = false
    }

    let name: String
    let xLabel: String
    var series: [Series]
    var isLogarithmic = false
    /// Something at a place of the x axis.
    var mark: (x: Double, label: String)?

    private static let width = 360.0
    private static let height = 210.0
    private static let plot = (left: 46.0, right: 350.0, top: 20.0, bottom: 168.0)
    /// More points than these are taken together.
    static let mostPoints = 240

    /// The drawing, and what its curves are.
    var figure: HTML {
        """
        <svg class="chart" viewBox="0 0 \(Self.width) \(Self.height)" role="img" aria-label="\(name)">\(content)</svg>
        \(legend)
        """
    }

    private var content: HTML {
        let shown = series.map { Series(name: $0.name, points: Self.thinned($0.points), isMarked: $0.isMarked) }
        let xs = Scale(
            shown.flatMap { $0.points.map(\.x) }, places: (Self.plot.left, Self.plot.right),
            isLogarithmic: isLogarithmic)
        let ys = Scale(
            shown.flatMap { $0.points.map(\.y) }, places: (Self.plot.bottom, Self.plot.top), margin: 0.04)
        var html = Axes(x: xs, y: ys, xLabel: xLabel, plot: Self.plot).html
        if let mark {
            let x = xs.place(mark.x)
            let anchor: HTML = x > (Self.plot.left + Self.plot.right) / 2 ? "end" : "start"
            html += """
                <line class="mark" x1="\(x)" x2="\(x)" y1="\(Self.plot.top - 4)" y2="\(Self.plot.bottom)"/>\
                <text x="\(x)" y="\(Self.plot.top - 7)" text-anchor="\(anchor)">\(mark.label)</text>
                """
        }
        for (number, series) in shown.enumerated() {
            let places = series.points.map { (x: xs.place($0.x), y: ys.place($0.y)) }
            let path = places.map { "\(HTML.coordinate($0.x)),\(HTML.coordinate($0.y))" }.joined(separator: " ")
            html += "<polyline class=\"line s\(number % 4)\" points=\"\(path)\"/>"
            guard series.isMarked || places.count == 1 else { continue }
            html += places.map { Marker.html(number, x: $0.x, y: $0.y) }.joined()
        }
        return html
    }

    private var legend: HTML {
        let entries = series.enumerated().map { number, series -> HTML in
            """
            <li><svg class="sample" viewBox="0 0 30 10" aria-hidden="true"><polyline class="line s\(number % 4)" \
            points="1,5 29,5"/>\(series.isMarked ? Marker.html(number, x: 15, y: 5) : .empty)</svg> \(series.name)</li>
            """
        }
        return "<ul class=\"legend\">\(entries)</ul>"
    }

    /// At most ``mostPoints``, each the mean of as many neighbours.
    static func thinned(_ points: [(x: Double, y: Double)]) -> [(x: Double, y: Double)] {
        let points = points.filter { $0.x.isFinite && $0.y.isFinite }
        let size = (points.count + mostPoints - 1) / mostPoints
        guard size > 1 else { return points }
        return stride(from: 0, to: points.count, by: size).map { start in
            let part = points[start..<min(start + size, points.count)]
            let count = Double(part.count)
            return (part.reduce(0) { $0 + $1.x } / count, part.reduce(0) { $0 + $1.y } / count)
        }
    }
}

/// Signs for points, each of another shape.
enum Marker {
    static func html(_ number: Int, x: Double, y: Double) -> HTML {
        switch number % 4 {
        case 0: "<circle class=\"dot s0\" cx=\"\(x)\" cy=\"\(y)\" r=\"3\"/>"
        case 1: "<rect class=\"dot s1\" x=\"\(x - 3)\" y=\"\(y - 3)\" width=\"6\" height=\"6\"/>"
        case 2: "<polygon class=\"dot s2\" points=\"\(x),\(y - 4) \(x + 4),\(y + 3) \(x - 4),\(y + 3)\"/>"
        default: "<polygon class=\"dot s3\" points=\"\(x),\(y - 4) \(x + 4),\(y) \(x),\(y + 4) \(x - 4),\(y)\"/>"
        }
    }
}
