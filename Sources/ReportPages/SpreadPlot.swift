import Foundation
import Reports

/// A figure of several rows: each mean as a dot, with its deviation as a bar and the range as a thin line.
struct SpreadPlot {
    let name: String
    let rows: [(label: String, spread: Spread)]

    private static let width = 360.0
    private static let rowHeight = 34.0
    private static let left = 8.0
    private static let right = 352.0

    var figure: HTML {
        let height = Double(rows.count) * Self.rowHeight + 44
        let bottom = height - 38
        let values = rows.flatMap { _, spread in
            let deviation = spread.deviation ?? 0
            return [spread.least, spread.greatest, spread.mean - deviation, spread.mean + deviation]
        }
        let scale = Scale(values, places: (Self.left + 8, Self.right - 8), margin: 0.02)
        let axes = Axes(
            x: scale, y: Scale([], places: (0, 0)), xLabel: name, plot: (Self.left, Self.right, 0, bottom))
        let marks = rows.enumerated().map { index, row -> HTML in
            let y = Double(index) * Self.rowHeight + 25
            let deviation = row.spread.deviation ?? 0
            let (from, to) = (scale.place(row.spread.mean - deviation), scale.place(row.spread.mean + deviation))
            let bar: HTML =
                deviation > 0
                ? "<rect class=\"bar\" x=\"\(from)\" y=\"\(y - 4)\" width=\"\(max(0, to - from))\" height=\"8\"/>"
                : .empty
            return """
                <text x="\(Self.left)" y="\(y - 10)">\(row.label.shortened(to: 34))</text>\
                <text x="\(Self.right)" y="\(y - 10)" text-anchor="end">\(row.spread.text)</text>\
                <line class="grid" x1="\(Self.left)" x2="\(Self.right)" y1="\(y)" y2="\(y)"/>\(bar)\
                <line class="range" x1="\(scale.place(row.spread.least))" x2="\(scale.place(row.spread.greatest))" \
                y1="\(y)" y2="\(y)"/>\(Marker.html(0, x: scale.place(row.spread.mean), y: y))
                """
        }
        return """
            <svg class="chart" viewBox="0 0 \(Self.width) \(height)" role="img" aria-label="\(name) of each row">\
            \(axes.horizontal)\(marks)</svg>
            """
    }
}

extension String {
    /// The text, cut with `…` where it has more characters.
    func shortened(to count: Int) -> String { self.count > count ? prefix(count - 1) + "…" : self }
}
