import Pipelines
import StageInterface
import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Reports
import Store
import SystemPackage

/// `show`: where a stage's output is, and what is in it.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Say where a stage's output is, and what is in it.",
        discussion: """
            EXAMPLES:
              peft-pipeline show pipelines/sentiment.yaml merged
              cp -r "$(peft-pipeline show pipelines/sentiment.yaml merged --path)" my-model
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stage.", completion: .stages)
    var stage: String

    @Flag(help: "Only the folder's path.")
    var path = false

    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let names = try project.stages(named: stage)
        let store = try project.openStore()
        let assessments = try Assessor(pipeline: project.pipeline, store: store, numerics: machine.numerics)
            .assessAll()
        for name in names { try show(name, assessments, store, console) }
    }

    private func show(_ name: String, _ assessments: [Assessment], _ store: Store, _ console: Console) throws {
        guard let assessment = assessments.first(where: { $0.stage.name == name }),
            case .hit(let trace, let objects) = assessment.lookup, let object = objects[outputName]
        else {
            console.show([
                .error(
                    "stage `\(name)` has no output for the pipeline as it is now",
                    help: "run `peft-pipeline run \(pipeline.pipeline) --only \(name)`")
            ])
            throw ExitStatus.outOfDate
        }
        let report = StoredReport(json: trace.metrics)
        if path {
            console.writeResult(object.path.string + "\n")
        } else if output.json {
            let value: JSONValue = [
                "stage": .string(name), "path": .string(object.path.string),
                "digest": .string(object.digest.hexadecimal), "report": report.json,
            ]
            console.writeResult(try value.canonical + "\n")
        } else {
            console.writeResult(try text(assessment, trace, object, report, store, console.results))
        }
    }

    private func text(
        _ assessment: Assessment, _ trace: Trace, _ object: StoredObject, _ report: StoredReport, _ store: Store,
        _ terminal: Console.Terminal
    ) throws -> String {
        let declaration = assessment.stage.declaration
        var text = """
            \(TerminalStyle.bold.apply(to: assessment.stage.name, enabled: terminal.usesColor)) \
            (\(declaration.kind)): \(assessment.stage.output.summary)
            folder  \(object.path.string)
            digest  \(object.digest.hexadecimal)
            made    \(trace.created) in \(Figures.duration(seconds: trace.duration)), peft-pipeline \(trace.toolVersion)

            """
        if !report.summary.isEmpty { text += "result  \(report.summary)\n" }
        for warning in report.warnings { text += "warning \(warning)\n" }
        var table = TextTable([.init("file"), .init("size", alignment: .right)])
        for file in try store.manifest(of: object.digest)?.files ?? [] {
            table.append([file.path, Figures.bytes(file.size)])
        }
        text += "\n" + table.lines().map { $0 + "\n" }.joined()
        // A drawing for people, where a stage gives one.
        let plot = object.path.appending("plot.txt").string
        if let drawing = try? String(contentsOfFile: plot, encoding: .utf8), !drawing.isEmpty { text += "\n" + drawing }
        return text
    }
}
