import Execution
import Foundation
import JSONValues
import Store
import SystemPackage

/// One run of a pipeline, shown as it goes.
struct PipelineRun {
    let project: Project
    let options: RunOptions
    let console: Console
    let writesJSON: Bool
    /// Where results are looked for that the store has not.
    var source: (any ResultSource)?

    /// Runs to the end, or until Ctrl-C.
    ///
    /// - Throws: `StoreError`, ``CommandFailure`` where it can't begin.
    func run() async throws -> RunSummary {
        let store = try project.openStore()
        let view = RunView(console: console)
        let (console, writesJSON) = (console, writesJSON)
        let executor = try Executor(
            pipeline: project.pipeline, store: store,
            runner: LocalStageRunner(worker: try Programs.worker(), label: store.root.string), source: source,
            options: options
        ) { event in
            if writesJSON { console.writeResult(RunEventJSON.line(for: event)) } else { view.observe(event) }
        }
        let summary = await Self.interruptibly(console, view: writesJSON ? nil : view) { await executor.run() }
        if writesJSON {
            console.writeResult((try RunEventJSON.summary(summary).canonical) + "\n")
        } else {
            view.end(summary)
        }
        return summary
    }

    /// - Throws: the exit status of a run that did not end well.
    static func check(_ summary: RunSummary) throws {
        if summary.wasInterrupted { throw ExitStatus.interrupted }
        if summary.wasRefused { throw ExitStatus.usage }
        if summary.gaveUpWaiting { throw ExitStatus.lockHeld }
        if summary.hasFailed { throw ExitStatus.stageFailed }
    }

    /// Runs a body that Ctrl-C cancels, redrawing the view meanwhile.
    private static func interruptibly(
        _ console: Console, view: RunView?, _ body: @escaping @Sendable () async -> RunSummary
    ) async -> RunSummary {
        let work = Task { await body() }
        let interruption = Interruption {
            let text = "stopping: what runs keeps its state; Ctrl-C again ends at once"
            if let view { view.announce(text) } else { console.writeError(text + "\n") }
            work.cancel()
        }
        let ticker = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .milliseconds(250))
                view?.tick()
            }
        }
        defer {
            ticker.cancel()
            interruption.stop()
        }
        return await work.value
    }
}
