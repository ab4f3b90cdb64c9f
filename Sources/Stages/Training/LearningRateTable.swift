import Foundation
import JSONValues
import Training

/// What a search for a learning rate found, as files: `learning-rates.json`, and a drawing of it in `plot.txt`.
struct LearningRateTable {
    static let name = "learning-rates.json"

    private let result: LearningRateSearch.Result

    init(_ result: LearningRateSearch.Result) {
        self.result = result
    }

    func write(to folder: String) throws {
        try ArtifactFile.write((try json.pretty + "\n").utf8, Self.name, in: folder)
        try ArtifactFile.write(plot.utf8, "plot.txt", in: folder)
    }

    private var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
        return [
            "suggestion": number(result.suggestion), "steepest": number(result.steepest),
            "lowest": number(result.lowest), "diverged": .bool(result.isDiverged),
            "points": .array(
                result.points.enumerated().map { index, point in
                    [
                        "step": .int(index + 1), "learning_rate": .double(point.rate), "loss": .double(point.loss),
                        "smoothed_loss": .double(point.smoothLoss),
                    ]
                }),
        ]
    }

    private static let width = 60
    private static let height = 14

    /// The smoothed loss by the rate's logarithm, with the suggestion as a line.
    var plot: String {
        let points = result.points
        guard let first = points.first, let last = points.last, last.rate > first.rate else { return "" }
        let losses = points.map(\.smoothLoss)
        let lowest = losses.min() ?? 0
        // A loss that runs away would leave no room for the rest.
        let highest = max(min(losses.max() ?? 0, 1.5 * first.smoothLoss), lowest)
        let range = highest > lowest ? highest - lowest : 1
        func column(_ rate: Double) -> Int {
            Int((log(rate / first.rate) / log(last.rate / first.rate) * Double(Self.width - 1)).rounded())
        }
        func row(_ loss: Double) -> Int {
            Int(((highest - min(loss, highest)) / range * Double(Self.height - 1)).rounded())
        }
        var cells = Array(repeating: Array(repeating: Character(" "), count: Self.width), count: Self.height)
        let suggested = result.suggestion.map(column)
        if let suggested { for row in cells.indices { cells[row][suggested] = "┊" } }
        for point in points { cells[row(point.smoothLoss)][column(point.rate)] = "•" }
        var lines = cells.enumerated().map { index, cells in
            let label =
                [0, Self.height - 1].contains(index) ? String(format: "%.3f", index == 0 ? highest : lowest) : ""
            let line = String(repeating: " ", count: max(0, 8 - label.count)) + label + " ┤" + String(cells)
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
        let ends = [first.rate, last.rate].map { String(format: "%.1e", $0) }
        lines.append(String(repeating: " ", count: 9) + "└" + String(repeating: "─", count: Self.width))
        lines.append(
            String(repeating: " ", count: 10) + ends[0]
                + String(repeating: " ", count: max(1, Self.width - ends[0].count - ends[1].count)) + ends[1])
        if let suggestion = result.suggestion {
            lines.append(String(repeating: " ", count: 10) + "┊ learning_rate \(String(format: "%.1e", suggestion))")
        }
        return "smoothed loss by learning rate\n" + lines.joined(separator: "\n") + "\n"
    }
}
