/// One reason for what happens to a stage.
package enum Reason: Sendable, Hashable, CustomStringConvertible {
    case unchanged
    /// The store has this result, not from the last run of this stage in this pipeline.
    case computedBefore
    /// Another run computed it meanwhile.
    case computedMeanwhile
    /// It came from a place that other machines fill as well.
    case fromRemote(String)
    case firstRun
    case resultGone
    /// It is not what it was in the last run, and what it was then has been removed from the store.
    case lastRunForgotten
    case storeFault(String)
    case changed(KeyChange, words: String)
    /// It goes on where an earlier computation ended, with the same result as from the start.
    case goesOn(after: String)
    /// It depends on what these stages will give.
    case after([String])
    /// It was not run, because it needs this stage, which failed.
    case needsFailed(String)
    case forced

    package var description: String {
        switch self {
        case .unchanged: "unchanged"
        case .computedBefore: "as in an earlier run"
        case .computedMeanwhile: "computed by another run meanwhile"
        case .fromRemote(let name): "from the remote \(name)"
        case .firstRun: "first run"
        case .resultGone: "its result is no longer in the store"
        case .lastRunForgotten: "changed since the last run, whose record is no longer in the store"
        case .storeFault(let words): words
        case .changed(_, let words): words
        case .goesOn(let end): "goes on after \(end)"
        case .after(let stages): "after \(stages.joined(separator: ", "))"
        case .needsFailed(let stage): "needs \(stage), which failed"
        case .forced: "forced"
        }
    }
}

extension [Reason] {
    /// The reasons in one line.
    package var line: String { map(\.description).joined(separator: "; ") }
}
