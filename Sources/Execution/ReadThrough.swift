import Diagnostics
import StageInterface
import Store
import Synchronization

/// Looks in a source for what the store has not: each key once, and none any more after the source has failed.
final class ReadThrough: Sendable {
    private struct State {
        var asked: Set<StoreKey> = []
        var hasFailed = false
    }

    private let source: any ResultSource
    private let store: Store
    private let observe: @Sendable (RunEvent) -> Void
    private let state = Mutex(State())
    private let thread = BlockingExecutor()

    init(source: any ResultSource, store: Store, observe: @escaping @Sendable (RunEvent) -> Void) {
        self.source = source
        self.store = store
        self.observe = observe
    }

    var name: String { source.name }

    /// Those of the keys whose results the store has now. Everything that goes wrong is told, and no error: what does
    /// not come is computed.
    func bring(_ keys: [StoreKey]) async -> Set<StoreKey> {
        let new = state.withLock { state in state.hasFailed ? [] : keys.filter { state.asked.insert($0).inserted } }
        guard !new.isEmpty, !Task.isCancelled else { return [] }
        let (source, store, observe) = (source, store, observe)
        do {
            let fetched = try await withTaskExecutorPreference(thread) {
                try await source.fetch(new, into: store) { progress in
                    observe(.transfer(source: source.name, progress))
                }
            }
            for problem in fetched.problems { tell(problem) }
            if let failure = fetched.failure { fail(failure) }
            return fetched.keys
        } catch is CancellationError {
            return []
        } catch {
            fail(error)
            return []
        }
    }

    /// Goes on without the source. Stages that run side by side may all meet the same fault, which is told once.
    private func fail(_ error: any Error) {
        let isFirst = state.withLock { state in
            defer { state.hasFailed = true }
            return !state.hasFailed
        }
        guard isFirst else { return }
        let problem = (error as? StageFailure)?.problems.first ?? StageProblem(.warning, "\(error)")
        tell(
            StageProblem(
                .warning, "\(problem.message); the run goes on without the remote \(source.name)", help: problem.help))
    }

    private func tell(_ problem: StageProblem) {
        observe(.finding(stage: nil, .warning(problem.message, help: problem.help)))
    }
}
