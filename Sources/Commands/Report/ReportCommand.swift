import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import ReportPages
import Reports
import Store

/// `report`: all that is known of a run, as one page.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Make a page of a run: recipe, graph, curves, scores, errors, digests.",
        discussion: """
            The page is one file that needs nothing else, neither a network nor a script. It tells what is recorded of the \
            run and what the store still has; what is missing is said. A pipeline stands for its last run.

            EXAMPLES:
              peft-pipeline report
              peft-pipeline report pipelines/sentiment.yaml -o sentiment.html
              xdg-open "$(peft-pipeline report last~1)"
            """)

    @Argument(
        help: ArgumentHelp(
            "A run's id or the beginning of one, `last`, `last~1`, or a pipeline's file or name.",
            valueName: "run-or-pipeline"))
    var name = "last"

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp("The file; `-` is standard output. Default: report-RUN.html.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("How many of the worst errors of each stage that scores are shown.", valueName: "n"))
    var errors = 20

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if !(0...1000 ~= errors) { throw ValidationError("--errors: expected a number from 0 to 1000") }
        if file == "" { throw ValidationError("--output: expected the name of a file, or `-`") }
    }

    func run() throws {
        let console = output.console
        let store = try store.open(pipeline: name)
        guard try name != "last" || !store.runs().isEmpty else {
            throw CommandFailure.usage("nothing was run yet", help: "`peft-pipeline run PIPELINE` runs a pipeline")
        }
        let overview = try store.overview(naming: name, orPipeline: true)
        let builder = try RunReport(overview, store: store, mostErrors: errors)
        let page = builder.report.page
        console.show(builder.faults.map { .warning($0) })
        if file == "-" { return console.writeResult(page) }
        let path = file ?? "report-\(overview.run).html"
        try write(page, to: path)
        guard output.json else { return console.writeResult(path + "\n") }
        let value: JSONValue = [
            "report": .string(path), "run": .string(overview.run), "pipeline": .string(overview.pipeline),
            "bytes": .int(page.utf8.count),
        ]
        console.writeResult(try value.canonical + "\n")
    }

    private func write(_ page: String, to path: String) throws {
        let url = URL(fileURLWithPath: path)
        let folder = url.deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure.usage("--output: there is no folder \(folder)", help: "make it, or name another file")
        }
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            throw CommandFailure.usage("--output: \(path) is a folder", help: "name a file, as \(path)/report.html")
        }
        try Data(page.utf8).write(to: url, options: .atomic)
    }
}
