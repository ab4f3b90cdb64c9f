import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Reports
import Store

/// `log`: what a stage said and printed in a run.
struct LogCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what a stage said and printed in a run: notes, warnings, errors, output.",
        usage: "peft-pipeline log [<run-or-pipeline>] <stage> [--project <folder>] [--color <color>] [--json]",
        discussion: """
            With a stage alone, the last run is meant; a pipeline stands for its last run. Of what a stage prints, at most
            1 MB is kept: the beginning and the end.

            EXAMPLES:
              peft-pipeline log adapter
              peft-pipeline log pipelines/sentiment.yaml adapter
              peft-pipeline log last~1 adapter
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's id or the beginning of one, `last` (the default), `last~1`, or a pipeline's file or name.",
            valueName: "run-or-pipeline"))
    var first: String

    @Argument(help: ArgumentHelp("The stage.", valueName: "stage"))
    var second: String?

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let (name, stage) = second.map { (first, $0) } ?? ("last", first)
        let store = try store.open(pipeline: name)
        let overview = try store.overview(naming: name, orPipeline: true)
        let events = try store.events(of: overview.run)
        let names = events.first { $0["event"] == "began" }?["stages"].arrayValue?.compactMap(\.stringValue) ?? []
        let end = try overview.end(named: stage, among: names)
        let findings = events.filter { $0["event"] == "finding" && $0["stage"].stringValue == stage }
        let hasStarted = events.contains { $0["event"] == "started" && $0["stage"].stringValue == stage }
        let printed = try store.log(of: stage, run: overview.run)
        let state = end?.state ?? (hasStarted ? overview.state.rawValue : "not begun")
        if output.json {
            let value: JSONValue = [
                "run": .string(overview.run), "stage": .string(stage), "state": .string(state),
                "why": .string(end?.why ?? ""), "findings": .array(findings),
                "output": printed.map(JSONValue.string) ?? .null,
            ]
            return console.writeResult(try value.canonical + "\n")
        }
        var heading = TerminalStyle.bold.apply(to: stage, enabled: console.results.usesColor) + ": \(state)"
        if let end {
            heading += " in \(Figures.duration(seconds: end.seconds))"
            if !end.why.isEmpty { heading += " (\(end.why))" }
        }
        console.writeResult(heading + ", run \(overview.run)\n")
        for finding in findings { console.writeResult(Self.text(finding)) }
        if let printed {
            let lines = printed.split(separator: "\n", omittingEmptySubsequences: false).map(VisibleText.of)
            console.writeResult("\n" + lines.joined(separator: "\n") + (printed.hasSuffix("\n") ? "" : "\n"))
        } else if findings.isEmpty {
            console.writeError(
                state == "hit" ? "it did not run here: its result was in the store\n" : "it said and printed nothing\n")
        }
    }

    private static func text(_ finding: JSONValue) -> String {
        var text = "\(finding["severity"].stringValue ?? "note"): \(finding["message"].stringValue ?? "")\n"
        if let place = finding["place"].stringValue { text += "  --> \(place)\n" }
        if let help = finding["help"].stringValue { text += "  help: \(help)\n" }
        return text
    }
}
