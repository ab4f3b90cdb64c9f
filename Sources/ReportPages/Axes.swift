import Foundation

/// Lines, numbers and words around a plot.
struct Axes {
    let x: Scale
    let y: Scale
    let xLabel: String
    var xText: (Double) -> String = Axes.text
    let plot: (left: Double, right: Double, top: Double, bottom: Double)

    var html: HTML { vertical + horizontal }

    /// The y axis alone: a line across the plot at each round number.
    private var vertical: HTML {
        y.ticks.map { tick -> HTML in
            let place = y.place(tick)
            return """
                <line class="grid" x1="\(plot.left)" x2="\(plot.right)" y1="\(place)" y2="\(place)"/>\
                <text class="tick" x="\(plot.left - 5)" y="\(place + 3.5)" text-anchor="end">\(Self.text(tick))</text>
                """
        }.joined()
    }

    /// The x axis alone.
    var horizontal: HTML {
        let ticks = x.ticks.map { tick -> HTML in
            let place = x.place(tick)
            return """
                <line class="axis" x1="\(place)" x2="\(place)" y1="\(plot.bottom)" y2="\(plot.bottom + 4)"/>\
                <text class="tick" x="\(place)" y="\(plot.bottom + 16)" text-anchor="middle">\(xText(tick))</text>
                """
        }
        return """
            <line class="axis" x1="\(plot.left)" x2="\(plot.right)" y1="\(plot.bottom)" y2="\(plot.bottom)"/>\(ticks)\
            <text x="\((plot.left + plot.right) / 2)" y="\(plot.bottom + 33)" text-anchor="middle">\(xLabel)</text>
            """
    }

    static func text(_ value: Double) -> String { String(format: "%.6g", value) }
}
