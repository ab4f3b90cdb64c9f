import ArgumentParser
import Diagnostics
import Execution
import Foundation
import Pipelines
import Remotes
import StageInterface

/// `pull`: brings results from where several machines share them.
struct PullCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull", abstract: "Bring the results of a pipeline from a remote, and run nothing.",
        discussion: """
            For each stage whose result the store has not, the remote is asked. All that comes is verified by its digests \
            before it has a name here. Exits with 3 where the remote has not all.

            EXAMPLES:
              peft-pipeline pull pipelines/sentiment.yaml --remote s3:bucket/results
              PEFT_PIPELINE_REMOTE=sftp:results peft-pipeline pull pipelines/sentiment.yaml adapter
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stages, which come with what they need; default: all.", completion: .stages)
    var stages: [String] = []

    @OptionGroup var machine: MachineOptions
    @OptionGroup var remote: RemoteOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = output.console
        let remote = try remote.required()
        let project = try pipeline.load(console)
        var options = RunOptions(
            jobs: ProcessInfo.processInfo.activeProcessorCount, numerics: machine.numerics,
            toolVersion: PeftPipeline.version)
        options.targets = Set(try stages.flatMap { try project.stages(named: $0) })
        options.isDryRun = true
        let summary = try await PipelineRun(
            project: project, options: options, console: console, writesJSON: output.json, source: remote
        ).run()
        try PipelineRun.check(summary)
        if summary.count(.hit) < summary.records.count { throw ExitStatus.outOfDate }
    }
}
