import ArgumentParser
import Diagnostics
import Foundation
import Store
import SystemPackage

/// Which store, for commands that look at what was run before.
struct StoreOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The project's folder. Default: the nearest folder at or above the working directory that has a store.",
            valueName: "folder"))
    var project: String?

    /// Opens the store.
    ///
    /// - Parameter pipeline: a pipeline's file whose project is meant where --project is not given.
    /// - Throws: ``CommandFailure`` where there is no store.
    func open(pipeline: String? = nil) throws -> Store {
        let path = try storePath(pipeline: pipeline)
        guard FileManager.default.fileExists(atPath: path.string) else {
            throw CommandFailure.usage(
                "there is no store in \(path.removingLastComponent())",
                help: "go to the project's folder, or name it with --project; the first `run` makes its store")
        }
        return try Store(at: path)
    }

    /// Where the store is, or would be.
    func storePath(pipeline: String? = nil) throws -> FilePath {
        let file = pipeline.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        return FilePath(try Project.folder(given: project, pipeline: file ?? "any")).appending(Project.storeName)
    }
}

extension Store {
    /// The run that a text names: as `run(named:)`, or the last run of a pipeline, by its name or file.
    ///
    /// - Throws: ``CommandFailure`` with the remedy where there is none, or several.
    func overview(naming text: String, orPipeline: Bool = false) throws -> RunOverview {
        do {
            if let overview = try overview(of: run(named: text)) { return overview }
        } catch RunLookupFailure.ambiguous(let runs) {
            let list = runs.prefix(4).joined(separator: ", ")
            throw CommandFailure.usage(
                "\(RunWords.counted(runs.count)) begin with `\(text)`", help: "write more of one: \(list)")
        } catch RunLookupFailure.unknown {
        }
        if orPipeline {
            for run in try runs() {
                if let overview = try overview(of: run), overview.isOf(text) { return overview }
            }
        }
        throw CommandFailure.usage(
            orPipeline ? "no run or pipeline that was run is named `\(text)`" : "there is no run `\(text)`",
            help: "`peft-pipeline runs` lists them; `last` is the last one, `last~1` the one before")
    }
}

extension RunOverview {
    /// Whether this is a run of the pipeline of that name or file.
    func isOf(_ text: String) -> Bool {
        func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }
        return pipeline == text || file == text || absolute(file) == absolute(text)
    }

    /// The stage of that name.
    ///
    /// - Throws: ``CommandFailure`` with the nearest name.
    func end(named stage: String, among names: [String]) throws -> StageEnd? {
        guard names.contains(stage) else {
            throw CommandFailure.usage(
                "run \(run) of \(file) has no stage `\(stage)`",
                help: Diagnostic.help(forUnknown: stage, among: names, as: "stage"))
        }
        return end(of: stage)
    }
}

/// Words for runs.
enum RunWords {
    static func counted(_ count: Int) -> String { count == 1 ? "1 run" : "\(count) runs" }
}
