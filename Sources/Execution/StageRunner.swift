package import StageInterface

/// What runs one stage: a process here, a job on a cluster, or a fake in a test.
package protocol StageRunner: Sendable {
    /// Runs a task to its end.
    ///
    /// Cancellation of the Swift task asks the stage to stop; it may then still take a moment to keep what allows
    /// going on. Every end is a result: a stage that crashed or was killed has failed with a problem that says so.
    func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async -> StageResult

    /// Ends what waits for further tasks.
    func finish() async
}

extension StageRunner {
    package func finish() async {}
}
