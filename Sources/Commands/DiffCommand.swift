import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Reports
import Store

/// `diff`: what differs between two runs.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show which parameters and inputs differ between two runs, and their figures.",
        discussion: """
            Stage by stage. Figures of stages that are the same in both runs are left out, unless --all is given.

            EXAMPLES:
              peft-pipeline diff last~1 last
              peft-pipeline diff 2026-03-01T12 last --json
            """)

    @Argument(help: "A run's id or the beginning of one, `last`, or `last~1`.")
    var old: String

    @Argument(help: "The run to compare with it.")
    var new: String

    @Flag(help: "Figures that are equal too.")
    var all = false

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let store = try store.open()
        let oldRun = try store.overview(naming: old)
        let newRun = try store.overview(naming: new)
        let comparison = RunComparison(oldRun, newRun, store: store)
        let metrics = comparison.metrics.filter { all || $0.old != $0.new }
        for note in comparison.notes { console.writeError("note: \(note)\n") }
        if output.json {
            for row in comparison.changes { console.writeResult(try Self.json(row, "change").canonical + "\n") }
            for row in metrics { console.writeResult(try Self.json(row, "metric").canonical + "\n") }
            return
        }
        guard !comparison.changes.isEmpty || !metrics.isEmpty else {
            return console.writeError("\(oldRun.run) and \(newRun.run) are the same in all that is known of both\n")
        }
        console.writeResult("old  \(oldRun.run)  \(oldRun.file)\nnew  \(newRun.run)  \(newRun.file)\n")
        if !comparison.changes.isEmpty {
            var table = TextTable([.init("stage"), .init("what"), .init("old"), .init("new")])
            for row in comparison.changes {
                table.append([row.stage, row.name, Self.spelled(row.old), Self.spelled(row.new)])
            }
            console.writeResult("\n" + console.results.text(of: table))
        }
        if !metrics.isEmpty {
            var table = TextTable(
                [.init("stage"), .init("figure")]
                    + ["old", "new", "difference"].map { .init($0, alignment: .right) })
            for row in metrics {
                table.append([row.stage, row.name, Self.figure(row.old), Self.figure(row.new), Self.difference(row)])
            }
            console.writeResult("\n" + console.results.text(of: table))
        }
    }

    // MARK: - Words

    private static func spelled(_ value: JSONValue) -> String {
        guard let text = value.stringValue else { return value.isNull ? "none" : (try? value.canonical) ?? "" }
        return ContentDigest(hexadecimal: text)?.short ?? text
    }

    private static func figure(_ value: JSONValue) -> String { value.doubleValue.map(Figures.number) ?? "" }

    private static func difference(_ row: RunComparison.Row) -> String {
        row.difference.map { ($0 > 0 ? "+" : "") + Figures.number($0) } ?? ""
    }

    private static func json(_ row: RunComparison.Row, _ event: String) -> JSONValue {
        [
            event: .string(row.name), "stage": .string(row.stage), "old": row.old, "new": row.new,
            "difference": row.difference.map(JSONValue.double) ?? .null,
        ]
    }
}
