package import StageInterface
package import Store

/// Where results may be that the store has not: a place that other machines fill as well.
package protocol ResultSource: Sendable {
    /// As people are told of it: without what is secret.
    var name: String { get }

    /// Brings the results of these keys into the store, as far as the source has them whole. May block its thread.
    ///
    /// - Parameter onProgress: is told how far it is.
    /// - Throws: `StageFailure` where the source can't be used, `CancellationError`.
    func fetch(
        _ keys: [StoreKey], into store: Store, onProgress: @escaping @Sendable (StageProgress) -> Void
    ) async throws -> FetchedResults
}

/// What came from a source.
package struct FetchedResults: Sendable {
    /// Those whose results are in the store now.
    package var keys: Set<StoreKey>
    /// What was found damaged, and is as if it were not there.
    package var problems: [StageProblem]
    /// What was in the way before all had come; the source is not asked again.
    package var failure: StageFailure?

    package init(keys: Set<StoreKey> = [], problems: [StageProblem] = []) {
        self.keys = keys
        self.problems = problems
    }
}
