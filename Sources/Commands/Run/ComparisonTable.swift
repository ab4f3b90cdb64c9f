import Diagnostics
import JSONValues
import ReportPages
import Reports

/// What a stage of kind `compare` found, a row for each of what it compares.
struct ComparisonTable {
    private let stage: String
    private let metrics: JSONValue
    private let costs: [ComparisonCosts.Column]

    /// - Parameter costs: what the rows took, each a value a row.
    init(stage: String, metrics: JSONValue, costs: [ComparisonCosts.Column]) {
        self.stage = stage
        self.metrics = metrics
        self.costs = costs
    }

    func text(_ terminal: Console.Terminal) -> String {
        let rows = metrics["rows"].arrayValue ?? []
        let figures = metrics["metrics"].arrayValue?.compactMap(\.stringValue) ?? []
        let axes = Set(rows.flatMap { $0["axes"].objectValue?.keys.map { $0 } ?? [] }).sorted()
        var table = TextTable(
            ([stage] + axes).map { .init($0) } + [.init("scores", alignment: .right)] + figures.map { .init($0) }
                + costs.map { .init($0.cost.name, alignment: .right) })
        for (index, row) in rows.enumerated() {
            table.append(
                [row["stage"].stringValue ?? ""] + axes.map { row["axes"].objectValue?[$0]?.plainText ?? "" }
                    + [row["count"].intValue.map(Figures.count) ?? ""]
                    + figures.map { Spread(json: row["figures"][$0])?.text ?? "" }
                    + costs.map { column in column.values[index].map { column.cost.text($0.mean) } ?? "" })
        }
        return table.lines(style: TableStyle(usesColor: terminal.usesColor)).map { $0 + "\n" }.joined()
    }
}
