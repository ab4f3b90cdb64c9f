import Pipelines
import ArgumentParser
import Diagnostics
import Execution
import JSONValues
import Reports
import StageInterface
import Stages
import Store

/// `metrics`: the figures that the stages reported.
struct MetricsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "metrics", abstract: "Show the figures that the stages reported.",
        discussion: """
            Without a stage: the scores, and then the confusion matrix and per-class figures of each scoring stage.

            EXAMPLES:
              peft-pipeline metrics pipelines/sentiment.yaml
              peft-pipeline metrics pipelines/sentiment.yaml adapter --json
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stage; default: all that score.", completion: .stages)
    var stage: String?

    @OptionGroup var machine: MachineOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = output.console
        let project = try pipeline.load(console)
        let chosen = try stage.map { Set(try project.stages(named: $0)) }
        let store = try project.openStore()
        let assessments = try Assessor(pipeline: project.pipeline, store: store, numerics: machine.numerics).assessAll()
        var reports: [(stage: String, report: StoredReport)] = []
        for assessment in assessments where chosen?.contains(assessment.stage.name) ?? true {
            guard case .hit(let trace, _) = assessment.lookup else { continue }
            reports.append((assessment.stage.name, StoredReport(json: trace.metrics)))
        }
        guard !reports.isEmpty else {
            console.show([
                .error(
                    "there are no figures for the pipeline as it is now",
                    help: "run `peft-pipeline run \(pipeline.pipeline)`")
            ])
            throw ExitStatus.outOfDate
        }
        if output.json {
            for (stage, report) in reports {
                let value: JSONValue = [
                    "stage": .string(stage), "metrics": report.metrics, "measurements": report.measurements,
                ]
                console.writeResult(try value.canonical + "\n")
            }
        } else if chosen != nil, reports.allSatisfy({ isComparison($0.0, project) }) {
            let costs = costs(assessments, store)
            for (stage, report) in reports {
                let table = ComparisonTable(stage: stage, metrics: report.metrics, costs: costs.columns(of: stage))
                console.writeResult(table.text(console.results))
            }
        } else if chosen != nil {
            for (_, report) in reports {
                let whole: JSONValue = ["metrics": report.metrics, "measurements": report.measurements]
                console.writeResult(try whole.pretty + "\n")
            }
        } else {
            let scores = ScoresTable(reports, pipeline: project.pipeline)
            guard let table = scores.text(console.results) else {
                let scoring = project.pipeline.stages.filter { $0.output == .scores }.map(\.name)
                guard let first = scoring.first else {
                    console.writeError("no stage of this pipeline scores; name a stage to see its figures\n")
                    return
                }
                console.show([
                    .error(
                        "stage `\(first)` has not scored as the pipeline is now, on \(machine.numerics.device) with \(machine.numerics.threads) threads",
                        help: "run `peft-pipeline run \(pipeline.pipeline)`, or give the --threads of the run")
                ])
                throw ExitStatus.outOfDate
            }
            console.writeResult(table)
            for (stage, report) in reports { console.writeResult(Self.details(stage, report, console.results)) }
        }
    }

    private func costs(_ assessments: [Assessment], _ store: Store) -> ComparisonCosts {
        var traces: [String: Trace] = [:]
        for assessment in assessments {
            if case .hit(let trace, _) = assessment.lookup { traces[assessment.stage.name] = trace }
        }
        return ComparisonCosts(
            assessments.map { RunPlan.Stage($0.stage) }, reports: traces.mapValues { StoredReport(json: $0.metrics) }
        ) { [traces] name in
            traces[name]?.outputs[outputName].flatMap { try? store.manifest(of: $0) }?.size
        }
    }

    private func isComparison(_ stage: String, _ project: Project) -> Bool {
        project.pipeline.stage(named: stage)?.output == .comparison
    }

    /// The confusion matrix and the per-class figures, where a stage has them.
    private static func details(_ stage: String, _ report: StoredReport, _ terminal: Console.Terminal) -> String {
        let labels = report.metrics["labels"].arrayValue?.compactMap(\.stringValue) ?? []
        guard !labels.isEmpty else { return "" }
        let style = TableStyle(usesColor: terminal.usesColor)
        var text = ""
        if let perClass = report.metrics["per_class"].objectValue {
            var table = TextTable(
                [.init("\(stage): class")]
                    + ["precision", "recall", "f1", "rows"].map { .init($0, alignment: .right) })
            for label in labels {
                let figures = perClass[label] ?? .null
                let cells = ["precision", "recall", "f1"].map { figures[$0].doubleValue.map(Figures.number) ?? "" }
                table.append([label] + cells + [figures["rows"].intValue.map(Figures.count) ?? ""])
            }
            text += "\n" + table.lines(style: style).map { $0 + "\n" }.joined()
        }
        if let table = ConfusionTable.table(matrix: report.metrics["confusion"], labels: labels) {
            text += "\n" + table.lines(style: style).map { $0 + "\n" }.joined()
        }
        for warning in report.warnings { text += "\nwarning: \(warning)\n" }
        return text
    }
}
