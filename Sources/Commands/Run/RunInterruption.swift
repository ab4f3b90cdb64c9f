import Execution

/// What Ctrl-C means for a run.
enum RunInterruption {
    /// Runs a body that Ctrl-C cancels, redrawing the view meanwhile.
    static func interruptibly(
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
