import JSONValues
import Pipelines
import ArgumentParser
import Diagnostics
import Execution
import Foundation
import Reports
import Stages
import StageInterface
import Store

/// `run`: does what is out of date.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a pipeline: what is out of date, and nothing else.",
        discussion: """
            A stage whose key is in the store is a hit and does not run. Ctrl-C ends the running stages after they \
            have kept what allows going on; the next run goes on from there.

            EXAMPLES:
              peft-pipeline run pipelines/sentiment.yaml
              peft-pipeline run pipelines/sentiment.yaml --dry-run
              peft-pipeline run pipelines/sentiment.yaml --set r=16 --only scores
              peft-pipeline run pipelines/sentiment.yaml --from adapter --force
              peft-pipeline run pipelines/sentiment.yaml --remote s3:bucket/results
            """)

    @OptionGroup var pipeline: PipelineOptions
    @OptionGroup var machine: MachineOptions
    @OptionGroup var remote: RemoteOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("Run this stage and what it needs; may be given several times.", valueName: "stage"),
        completion: .stages)
    var only: [String] = []

    @Option(
        help: ArgumentHelp(
            "Run this stage, what depends on it and what these need; may be given several times.", valueName: "stage"),
        completion: .stages)
    var from: [String] = []

    @Flag(help: "Run the stages of --only and --from, or all, even if the store has their results.")
    var force = false

    @Flag(help: "After a failure, go on with the stages that don't depend on it.")
    var keepGoing = false

    @Flag(help: "Let stages of kind `command` run the programs that the pipeline names. Read them first.")
    var allowCommands = false

    @Flag(name: [.customShort("n"), .long], help: "Say what would run and why, and run nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "How much may run side by side: 1 for a stage that computes nothing, the number of threads for one that does. Default: all cores.",
            valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp("Wait no longer than this for another run that computes the same.", valueName: "seconds"))
    var lockTimeout: Double?

    func validate() throws {
        if let jobs, jobs < 1 { throw ValidationError("--jobs: expected a number of at least 1") }
        if let lockTimeout, lockTimeout < 0 || !lockTimeout.isFinite {
            throw ValidationError("--lock-timeout: expected a number of at least 0")
        }
    }

    func run() async throws {
        let console = output.console
        let project = try pipeline.load(console)
        let summary = try await PipelineRun(
            project: project, options: try options(project), console: console, writesJSON: output.json,
            // What would come from a remote can't be told without bringing it.
            source: dryRun ? nil : try remote.chosen()
        ).run()
        if !output.json { showResults(summary, of: project, console) }
        try PipelineRun.check(summary)
    }

    /// The scores, and what was compared.
    private func showResults(_ summary: RunSummary, of project: Project, _ console: Console) {
        let scores = ScoresTable(summary.records, pipeline: project.pipeline)
        if !dryRun, let text = scores.text(console.results) { console.writeResult("\n" + text) }
        let store = try? project.openStore()
        let costs = ComparisonCosts(
            project.pipeline.stages.map(RunPlan.Stage.init),
            reports: Dictionary(summary.records.map { ($0.stage, $0.report) }, uniquingKeysWith: { first, _ in first })
        ) { name in
            let digest = summary.records.first { $0.stage == name }?.digest.flatMap { ContentDigest(hexadecimal: $0) }
            return digest.flatMap { try? store?.manifest(of: $0) }?.size
        }
        for record in summary.records where record.state == .hit || record.state == .ran {
            guard project.pipeline.stage(named: record.stage)?.output == .comparison else { continue }
            let table = ComparisonTable(
                stage: record.stage, metrics: record.report.metrics, costs: costs.columns(of: record.stage))
            console.writeResult("\n" + table.text(console.results))
        }
    }

    private func options(_ project: Project) throws -> RunOptions {
        let graph = project.pipeline.graph
        let only = try only.flatMap { try project.stages(named: $0) }
        let from = try from.flatMap { try project.stages(named: $0) }
        var options = RunOptions(
            jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount, numerics: machine.numerics,
            toolVersion: PeftPipeline.version)
        let chosen = Set(only + from + from.flatMap { graph.descendants(of: $0) })
        options.targets = chosen
        if force { options.forced = chosen.isEmpty ? Set(graph.stages.map(\.name)) : chosen }
        options.keepsGoing = keepGoing
        options.isDryRun = dryRun
        options.allowsPrograms = allowCommands
        options.lockTimeout = lockTimeout.map { .milliseconds(Int64($0 * 1000)) }
        return options
    }
}
