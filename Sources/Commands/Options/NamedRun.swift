import Diagnostics
import Foundation
import Reports
import Store

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
                "\(Figures.counted(runs.count, "run")) begin with `\(text)`", help: "write more of one: \(list)")
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
