import ArgumentParser
import Diagnostics
import Execution
import Foundation
import JSONValues
import Pipelines
import Recipes
import Reports
import StageInterface
import Stages
import Store

/// `reproduce`: runs a pipeline and compares with its lock.
struct ReproduceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reproduce", abstract: "Run a pipeline as its lock says, and compare the results.",
        discussion: """
            The values of parameters and the number of threads are those of \(Lock.fileName), unless the command line says \
            otherwise. Ends with 0 if every result has the digest that the lock has, or differs only because the \
            numerics class (device, threads, LibTorch) is another, which is told with the figures; else with 1. What \
            the store has already is compared as it is; --force computes it again.

            EXAMPLES:
              peft-pipeline reproduce pipelines/sentiment.yaml
              peft-pipeline reproduce pipelines/sentiment.yaml --force
            """)

    @OptionGroup var pipeline: PipelineOptions

    @Option(
        help: ArgumentHelp("Threads of a stage that computes. Default: those of the lock.", valueName: "n"))
    var threads: Int?

    @Option(help: "Where tensors live: auto, cpu or cuda.")
    var device = DeviceChoice.auto

    @Flag(help: "Compute every stage, even if the store has its result.")
    var force = false

    @Flag(help: "Let stages of kind `command` run the programs that the pipeline names. Read them first.")
    var allowCommands = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: expected a number of at least 1") }
    }

    func run() async throws {
        let console = output.console
        let locked = try LockFile(besides: pipeline.pipeline).pipeline()
        let names = try pipeline.load(Console(color: .never), checkingFiles: false).pipeline
        let project = try pipeline.load(console, defaults: try locked.overrides(for: names))
        let numerics = NumericsClass.current(device: device, threads: threads ?? locked.numerics.threads)
        let inputs = InputComparison(
            try LockedPipeline.inputs(of: project.pipeline, store: try project.openStore()), against: locked.inputs)
        console.show(Self.findings(inputs))

        var options = RunOptions(
            jobs: ProcessInfo.processInfo.activeProcessorCount, numerics: numerics,
            toolVersion: PeftPipeline.version)
        if force { options.forced = Set(project.pipeline.stages.map(\.name)) }
        options.keepsGoing = true
        options.allowsPrograms = allowCommands
        let summary = try await PipelineRun(
            project: project, options: options, console: console, writesJSON: output.json
        ).run()
        if summary.wasInterrupted || summary.wasRefused { try PipelineRun.check(summary) }
        let reproduction = Reproduction(
            summary.records, of: project.pipeline, against: locked, numerics: numerics)
        if output.json {
            for stage in reproduction.stages { console.writeResult(try Self.json(stage).canonical + "\n") }
        } else {
            console.writeResult("\n" + console.results.text(of: Self.table(reproduction)))
            console.writeError(Self.verdict(reproduction))
        }
        if !reproduction.isAsExpected { throw ExitStatus.stageFailed }
    }

    // MARK: - Words

    private static func findings(_ inputs: InputComparison) -> [Diagnostic] {
        var findings = inputs.changed.map { change in
            Diagnostic.warning(
                """
                \(change.path) is not the file that was locked: \(change.locked.digest.short), \
                \(Figures.bytes(change.locked.size)) then, \(change.here.digest.short), \
                \(Figures.bytes(change.here.size)) now
                """, help: "get the file that the lock names, or expect other results")
        }
        for path in inputs.gone {
            findings.append(.warning("\(path) was read when the lock was written, and is not now"))
        }
        for path in inputs.new {
            findings.append(.warning("\(path) is read now, and was not when the lock was written"))
        }
        return findings
    }

    private static func table(_ reproduction: Reproduction) -> TextTable {
        var table = TextTable([.init("stage"), .init("lock"), .init("here"), .init("result")])
        for stage in reproduction.stages {
            table.append([
                stage.stage, stage.locked?.short ?? "", stage.here?.short ?? "", words(stage),
            ])
        }
        return table
    }

    private static func words(_ stage: Reproduction.StageResult) -> String {
        switch stage.verdict {
        case .same: return stage.wasComputed ? "the same bytes" : "the same bytes, as the store had them"
        case .missing: return "no result"
        case .new: return "not in the lock"
        case .gone: return "not in the pipeline any more"
        case .other(let figures):
            let shown = figures.prefix(4).map { figure in
                let locked = figure.locked.map(Figures.number) ?? "none"
                let here = figure.here.map(Figures.number) ?? "none"
                return "\(figure.name) \(locked) → \(here)"
            }
            let rest = figures.count > 4 ? ", and \(figures.count - 4) more" : ""
            return "other bytes" + (shown.isEmpty ? ", the same figures" : "; \(shown.joined(separator: ", "))\(rest)")
        }
    }

    private static func verdict(_ reproduction: Reproduction) -> String {
        let count = Figures.counted(reproduction.stages.count, "stage")
        if reproduction.isExact { return "reproduced: \(count), every digest as locked\n" }
        let same = reproduction.stages.count { $0.verdict == .same }
        let numerics = reproduction.numericsDifferences.joined(separator: ", ")
        return reproduction.isAsExpected
            ? "reproduced as far as this machine allows: \(same) of \(count) as locked; the others are of another numerics class (\(numerics))\n"
            : "not reproduced: \(same) of \(count) as locked\(numerics.isEmpty ? "" : "; also another numerics class: \(numerics)")\n"
    }

    private static func json(_ stage: Reproduction.StageResult) -> JSONValue {
        var value: JSONValue = [
            "event": "compared", "stage": .string(stage.stage),
            "locked": stage.locked.map { .string($0.hexadecimal) } ?? .null,
            "here": stage.here.map { .string($0.hexadecimal) } ?? .null, "computed": .bool(stage.wasComputed),
            "may_differ": .bool(stage.mayDiffer),
        ]
        let verdict: String
        switch stage.verdict {
        case .same: verdict = "same"
        case .missing: verdict = "missing"
        case .new: verdict = "new"
        case .gone: verdict = "gone"
        case .other(let figures):
            verdict = "other"
            value["figures"] = .array(
                figures.map {
                    [
                        "name": .string($0.name), "locked": $0.locked.map(JSONValue.double) ?? .null,
                        "here": $0.here.map(JSONValue.double) ?? .null,
                    ]
                })
        }
        value["verdict"] = .string(verdict)
        return value
    }
}
