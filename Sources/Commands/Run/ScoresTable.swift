import Foundation
import StageInterface
import Execution
import JSONValues
import Pipelines
import Reports
import Stages

/// The figures of the stages that score, a row each.
struct ScoresTable {
    private let rows: [(stage: String, metrics: JSONValue)]

    init(_ records: [StageRecord], pipeline: Pipeline) {
        self.init(
            records.filter { $0.state == .hit || $0.state == .ran }.map { ($0.stage, $0.report) }, pipeline: pipeline)
    }

    init(_ reports: [(stage: String, report: StoredReport)], pipeline: Pipeline) {
        rows = reports.filter { stage, _ in
            pipeline.stage(named: stage)?.output == .scores
        }.map { ($0.stage, $0.report.metrics) }
    }

    /// The table, nil if no stage scores.
    func text(_ terminal: Console.Terminal) -> String? {
        guard !rows.isEmpty else { return nil }
        let names = rows.reduce(into: [String]()) { names, row in
            for name in Self.figures(of: row.metrics) where !names.contains(name) { names.append(name) }
        }
        var table = TextTable([.init("stage")] + names.map { .init($0) })
        for (stage, metrics) in rows { table.append([stage] + names.map { Self.spelled($0, metrics[$0]) }) }
        return table.lines(style: TableStyle(usesColor: terminal.usesColor)).map { $0 + "\n" }.joined()
    }

    /// The names of single values: texts, counts, then figures, each in alphabetical order.
    private static func figures(of metrics: JSONValue) -> [String] {
        func rank(_ name: String) -> Int? {
            if metrics[name].stringValue != nil { return 0 }
            guard metrics[name].doubleValue != nil else { return nil }
            return counts.contains(name) ? 1 : 2
        }
        return (metrics.objectValue ?? [:]).keys.compactMap { name in rank(name).map { ($0, name) } }.sorted(by: <)
            .map(\.1)
    }

    /// The figures that are counts.
    private static let counts: Set = ["rows", "tokens"]

    private static func spelled(_ name: String, _ value: JSONValue) -> String {
        if let text = value.stringValue { return text }
        if counts.contains(name) { return value.intValue.map(Figures.count) ?? "" }
        return value.doubleValue.map { String(format: "%.4f", $0) } ?? ""
    }
}
