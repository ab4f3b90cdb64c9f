import Foundation
import Reports

extension ReportedSearch {
    var figure: HTML {
        // A loss that runs away would leave no room for the rest.
        let limit = (points.first?.loss ?? 0) * 1.5
        var chart = LineChart(
            name: "\(stage): smoothed loss by learning rate", xLabel: "learning rate, logarithmic",
            series: [
                LineChart.Series(
                    name: "smoothed loss", points: points.filter { $0.loss <= limit }.map { ($0.rate, $0.loss) })
            ], isLogarithmic: true)
        if let suggestion { chart.mark = (suggestion, "suggested: " + String(format: "%.1e", suggestion)) }
        return """
            <figure><figcaption><strong>\(stage)</strong>: loss by learning rate</figcaption>
            \(chart.figure)</figure>

            """
    }
}

extension ReportedScores {
    /// `accuracy 0.7471, f1 0.7425`
    var headline: String { figures.prefix(3).map { "\($0.name) \(Figures.number($0.value))" }.joined(separator: ", ") }

    /// The confusion matrix, the figures of each class, and the worst errors.
    var body: HTML {
        var html = confusionTable
        if !classes.isEmpty { html += classTable }
        if let errors { html += errors.html }
        return html
    }

    private var confusionTable: HTML {
        guard !confusion.isEmpty, confusion.count == labels.count, confusion.allSatisfy({ $0.count == labels.count })
        else { return .empty }
        guard labels.count <= Report.Limits.classes else { return confusions }
        var table = Table([.init("true \\ predicted", "name")] + labels.map { .init($0, "number") })
        for (row, counts) in confusion.enumerated() {
            // Counts of a file that somebody else wrote may be too large for their sum.
            let total = max(1, counts.reduce(0.0) { $0 + Double($1) })
            let cells = counts.enumerated().map { column, count -> HTML in
                let share = String(format: "%.3f", Double(count) / total)
                let style: HTML = row == column ? "cell right" : "cell"
                return "<td class=\"\(style)\" style=\"--share:\(share)\">\(Figures.count(count))</td>"
            }
            table.append(row: "<th scope=\"row\" class=\"name\">\(labels[row])</th>\(cells)")
        }
        return """
            <p class="quiet">Confusion matrix: a row a true class, a column a predicted one; what is right is bold, on the \
            diagonal.</p>

            """ + table.html
    }

    /// For many classes: what is taken for what, the most frequent first.
    private var confusions: HTML {
        var pairs: [(truth: Int, predicted: Int, count: Int)] = []
        for (truth, counts) in confusion.enumerated() {
            for (predicted, count) in counts.enumerated() where truth != predicted && count > 0 {
                pairs.append((truth, predicted, count))
            }
        }
        pairs.sort { ($1.count, $0.truth, $0.predicted) < ($0.count, $1.truth, $1.predicted) }
        var table = Table([.init("true", "name"), .init("predicted", "name"), .init("rows", "number")])
        for pair in pairs.prefix(Report.Limits.classes) {
            table.append([labels[pair.truth], labels[pair.predicted], Figures.count(pair.count)])
        }
        return """
            <p class="quiet">With \(labels.count) classes the confusion matrix has no room here; these are the most \
            frequent confusions.</p>

            """ + table.html
    }

    private var classTable: HTML {
        let names = classes.reduce(into: [String]()) { names, part in
            for figure in part.figures where !names.contains(figure.name) { names.append(figure.name) }
        }
        var table = Table(
            [.init("class", "name")] + (names + ["rows"]).map { .init($0, "number") }, mostRows: Report.Limits.rows)
        for part in classes {
            let figures = names.map { name in
                part.figures.first { $0.name == name }.map { Figures.number($0.value) } ?? ""
            }
            table.append([part.name] + figures + [part.rows.map(Figures.count) ?? ""])
        }
        return "<h3>Classes</h3>\n" + table.html
    }
}

extension WorstErrors {
    var html: HTML {
        var table = Table([
            .init("row", "number"), .init("text", "text"), .init("expected", "name"), .init("predicted", "name"),
            .init(measure, "number"),
        ])
        for row in rows {
            let limit = Report.Limits.text
            var text: HTML =
                row.text.map { "\($0.cut(to: limit))" } ?? "<span class=\"quiet\">its text is not known here</span>"
            if let pair = row.pair { text += "<br><span class=\"quiet\">and:</span> \(pair.cut(to: limit))" }
            table.append(html: [
                "\(row.id)", text, "\(row.expected.cut(to: limit))", "\(row.predicted.cut(to: limit))",
                "\(row.measure.map(Figures.number) ?? "")",
            ])
        }
        return "<h3>Worst errors</h3>\n<p>\(words)</p>\n" + (rows.isEmpty ? .empty : table.html)
    }

    private var words: String {
        guard let wrong else {
            return "Of \(Figures.counted(total, "row")) these \(Figures.count(rows.count)) are the worst by \(measure)."
        }
        guard wrong > 0 else { return "None of \(Figures.counted(total, "row")) is wrong." }
        let share = String(format: "%.1f", 100 * Double(wrong) / Double(max(1, total)))
        let what =
            "\(Figures.count(wrong)) of \(Figures.counted(total, "row")) \(wrong == 1 ? "is" : "are") wrong (\(share) %)."
        return rows.count < wrong ? what + " These \(Figures.count(rows.count)) are the worst by \(measure)." : what
    }
}

extension ReportedComparison {
    var html: HTML {
        var table = Table(
            [.init("no.", "number"), .init("what", "name"), .init("scores", "number")]
                + (metrics + costs.map(\.name)).map { .init($0, "number") }, mostRows: Report.Limits.rows)
        for (index, row) in rows.enumerated() {
            let figures = row.figures.map { $0?.text ?? "" }
            let spent = zip(costs, row.costs).map { cost, value in value.map { cost.text($0.mean) } ?? ""
            }
            table.append([String(index + 1), row.name, Figures.count(row.count)] + figures + spent)
        }
        return """
            <h3>\(stage)</h3>
            <p class="quiet">Mean ± standard deviation of a sample, where a row takes several scores together.\
            \(costs.isEmpty ? "" : " Costs are means.")</p>
            \(table.html)\(plots)
            """
    }

    private var plots: HTML {
        let shown = rows.enumerated().prefix(Report.Limits.plottedRows)
        var figures: [HTML] = []
        for (column, metric) in metrics.prefix(4).enumerated() {
            let spreads = shown.compactMap { index, row in
                row.figures.indices.contains(column)
                    ? row.figures[column].map { (label: "\(index + 1)  \(row.name)", spread: $0) } : nil
            }
            guard spreads.count > 1 else { continue }
            figures.append(
                """
                <figure><figcaption>\(metric): mean (dot), deviation (bar), range (line)</figcaption>
                \(SpreadPlot(name: metric, rows: spreads).figure)</figure>

                """)
        }
        let costFigures = costs.enumerated().compactMap { column, cost -> HTML? in
            let points = shown.compactMap { index, row -> (number: Int, name: String, quality: Spread, cost: Double)? in
                guard let quality = row.figures.first ?? nil, row.costs.indices.contains(column),
                    let value = row.costs[column], value.mean > 0
                else { return nil }
                return (index + 1, row.name, quality, value.mean)
            }
            guard points.count > 1, let metric = metrics.first else { return nil }
            return """
                <figure><figcaption>\(metric) against \(cost.name); numbers are those of the table</figcaption>
                \(CostPlot(metric: metric, cost: cost, points: points).figure)</figure>

                """
        }
        figures += costFigures
        return figures.isEmpty ? .empty : "<div class=\"grid-of-figures\">\n\(figures)</div>\n"
    }
}
