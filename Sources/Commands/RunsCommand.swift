import ArgumentParser
import Diagnostics
import Foundation
import JSONValues
import Reports
import Store

/// `runs`: what was run, and how it ended.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "List the runs, the latest first, and how each ended.",
        discussion: """
            A run is done, failed, stopped (it was asked to), killed (its process is gone without a word) or running.

            EXAMPLES:
              peft-pipeline runs
              peft-pipeline runs pipelines/sentiment.yaml --limit 5
            """)

    @Argument(help: "Only runs of this pipeline, by its file or name.", completion: .file(extensions: ["yaml", "yml"]))
    var pipeline: String?

    @Option(help: ArgumentHelp("Show at most so many.", valueName: "n"))
    var limit = 20

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit: expected a number of at least 1") }
    }

    func run() throws {
        let console = output.console
        let store = try store.open(pipeline: pipeline)
        let runs = try chosen(store)
        if output.json {
            for run in runs { console.writeResult(try Self.json(run).canonical + "\n") }
            return
        }
        guard !runs.isEmpty else {
            console.writeError(pipeline.map { "no run of \($0) is recorded\n" } ?? "nothing was run yet\n")
            return
        }
        var table = TextTable([
            .init("run"), .init("pipeline"), .init("state"), .init("ran", alignment: .right),
            .init("hit", alignment: .right), .init("failed", alignment: .right), .init("took", alignment: .right),
            .init("began"),
        ])
        for run in runs {
            table.append(
                [run.run, run.pipeline, run.state.rawValue]
                    + ["ran", "hit", "failed"].map { Figures.count(run.count($0)) }
                    + [run.seconds.map(Figures.duration) ?? "", run.began.map(Self.age) ?? ""])
        }
        console.writeResult(table)
    }

    /// Reads no more journals than it takes.
    private func chosen(_ store: Store) throws -> [RunOverview] {
        var found: [RunOverview] = []
        for name in try store.runs() where found.count < limit {
            guard let run = try store.overview(of: name), pipeline.map(run.isOf) ?? true else { continue }
            found.append(run)
        }
        return found
    }

    /// How long ago, in the largest unit.
    private static func age(_ date: Date) -> String {
        let seconds = max(0, Date.now.timeIntervalSince(date))
        return switch seconds {
        case ..<60: "just now"
        case ..<3600: "\(Int(seconds / 60)) min ago"
        case ..<86_400: "\(Int(seconds / 3600)) h ago"
        default: Figures.counted(Int(seconds / 86_400), "day") + " ago"
        }
    }

    private static func json(_ run: RunOverview) -> JSONValue {
        [
            "run": .string(run.run), "pipeline": .string(run.pipeline), "file": .string(run.file),
            "state": .string(run.state.rawValue),
            "began": run.began.map { .string($0.formatted(.iso8601)) } ?? .null,
            "seconds": run.seconds.map(JSONValue.double) ?? .null, "ran": .int(run.count("ran")),
            "hit": .int(run.count("hit")), "failed": .int(run.count("failed")),
            "stages": .array(
                run.stages.map {
                    [
                        "stage": .string($0.stage), "state": .string($0.state), "seconds": .double($0.seconds),
                        "why": .string($0.why),
                    ]
                }),
        ]
    }
}
