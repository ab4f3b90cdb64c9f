import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Pipelines
import Remotes
import Reports
import StageInterface
import Store

/// `push`: sends results to where several machines share them.
struct PushCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Send the results of a pipeline to a remote, for other machines.",
        discussion: """
            Only what the remote has not travels, and what travels is verified first. A push that is stopped or killed \
            leaves nothing incomplete to find, and the next goes on. Exits with 3 where a stage has no result for the \
            pipeline as it is now, and with 1 where one is damaged.

            EXAMPLES:
              peft-pipeline push pipelines/sentiment.yaml --remote s3:bucket/results
              peft-pipeline push pipelines/sentiment.yaml adapter --remote /mnt/shared/results
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Argument(help: "The stages, which go with what they need; default: all.", completion: .stages)
    var stages: [String] = []

    @Flag(help: "Send also what the remote seems to have, to mend it.")
    var force = false

    @OptionGroup var machine: MachineOptions
    @OptionGroup var remote: RemoteOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let console = output.console
        let remote = try remote.required()
        let project = try pipeline.load(console)
        let store = try project.openStore()
        let assessments = try chosen(project, store)
        let traces = assessments.compactMap { assessment in
            if case .hit(let trace, _) = assessment.lookup { trace } else { nil as Trace? }
        }
        let push = RemotePush(to: remote, from: store, isForced: force)
        let report = try await Self.interruptibly {
            try Self.watched(console) { onProgress in try push.run(traces, onProgress: onProgress) }
        }
        try show(assessments, report, console)
        let missing = assessments.filter { !$0.isHit }.map(\.stage.name)
        if !missing.isEmpty {
            console.show([
                .warning(
                    "there is no result of \(missing.joined(separator: ", ")) for the pipeline as it is now",
                    help: "run `peft-pipeline run \(pipeline.pipeline)`, and push again")
            ])
        }
        console.writeError(
            report.sentFiles == 0
                ? "the remote \(remote.address) has all of it\n"
                : "\(Figures.counted(report.sentFiles, "file")), \(Figures.bytes(report.sentBytes)), sent to \(remote.address)\n"
        )
        if !report.damage.isEmpty { throw ExitStatus.stageFailed }
        if !missing.isEmpty { throw ExitStatus.outOfDate }
    }

    /// The stages that are meant, with what they need, as they are now.
    private func chosen(_ project: Project, _ store: Store) throws -> [Assessment] {
        let names = Set(try stages.flatMap { try project.stages(named: $0) })
        let wanted = names.union(names.flatMap { project.pipeline.graph.ancestors(of: $0) })
        return try Assessor(pipeline: project.pipeline, store: store, numerics: machine.numerics).assessAll()
            .filter { wanted.isEmpty || wanted.contains($0.stage.name) }
    }

    private func show(_ assessments: [Assessment], _ report: PushReport, _ console: Console) throws {
        var table = TextTable([.init("stage"), .init("state"), .init("key")])
        var findings: [Diagnostic] = []
        for assessment in assessments {
            let state = assessment.key.flatMap { report.states[$0]?.rawValue } ?? "none"
            let name = assessment.stage.name
            if let damage = assessment.key.flatMap({ report.damage[$0] }) {
                findings.append(
                    .error(
                        "stage `\(name)` was not sent: \(damage)",
                        help: "run `peft-pipeline verify`, which sets it aside, then run the pipeline and push again"))
            }
            if output.json {
                let value: JSONValue = [
                    "stage": .string(name), "state": .string(state),
                    "key": assessment.key.map { .string($0.hexadecimal) } ?? .null,
                ]
                console.writeResult(try value.canonical + "\n")
            } else {
                table.append([name, state, assessment.key?.short ?? ""])
            }
        }
        if !output.json { console.writeResult(table) }
        console.show(findings)
    }

    /// Does something while a bar says how far it is.
    private static func watched<Result>(
        _ console: Console, _ body: ((StageProgress) -> Void) throws -> Result
    ) rethrows -> Result {
        let terminal = console.errors
        guard terminal.isInteractive else { return try body { _ in } }
        defer { console.writeError("\r\u{1B}[K") }
        return try body { progress in
            let fraction = Double(progress.completed) / Double(max(1, progress.total))
            let bar = ProgressBar().text(fraction: fraction, usesColor: terminal.usesColor)
            let left = progress.secondsLeft.map { ["\(Figures.clock(seconds: $0)) left"] } ?? []
            let details = (progress.details + left).joined(separator: "  ")
            console.writeError("\r\(bar)  \(details.truncated(toWidth: max(8, terminal.width - 28)))\u{1B}[K")
        }
    }

    /// Does something that Ctrl-C cancels.
    private static func interruptibly<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let work = Task { try body() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.stop() }
        return try await work.value
    }
}
