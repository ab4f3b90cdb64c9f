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
            pipeline.stage(named: stage)?.declaration.output == .scores
        }.map { ($0.stage, $0.report.metrics) }
    }

    /// The table, nil if no stage scores.
    func text(_ terminal: Console.Terminal) -> String? {
        guard !rows.isEmpty else { return nil }
        let names = rows.reduce(into: [String]()) { names, row in
            for name in Self.figures(of: row.metrics) where !names.contains(name) { names.append(name) }
        }
        var table = TextTable([.init("stage")] + names.map { .init($0) })
        for (stage, metrics) in rows { table.append([stage] + names.map { Self.spelled(metrics[$0]) }) }
        return table.lines(style: TableStyle(usesColor: terminal.usesColor)).map { $0 + "\n" }.joined()
    }

    /// The names of single values: first texts and counts, then figures, each in alphabetical order.
    private static func figures(of metrics: JSONValue) -> [String] {
        let members = (metrics.objectValue ?? [:]).filter { member in
            member.value.doubleValue != nil || member.value.stringValue != nil
        }
        func rank(_ value: JSONValue) -> Int {
            if value.stringValue != nil { return 0 }
            if case .int = value { return 1 }
            return 2
        }
        return members.sorted { (rank($0.value), $0.key) < (rank($1.value), $1.key) }.map(\.key)
    }

    private static func spelled(_ value: JSONValue) -> String {
        if let text = value.stringValue { return text }
        if case .int(let count) = value { return Figures.count(count) }
        return value.doubleValue.map(Figures.number) ?? ""
    }
}
