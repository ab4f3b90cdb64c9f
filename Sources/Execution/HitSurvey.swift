import Pipelines
import Store
import Threading

/// Which stages need not run: what is known before anything does.
///
/// To look a stage up takes less than to hand it to a thread, so the stages of one level are looked up in parts, one part a
/// thread at a time. What a level misses is looked for elsewhere in one call. A stage behind one that has to run is left to
/// the schedule.
struct HitSurvey {
    private(set) var hits: [String: StageOutcome] = [:]
    /// What is wrong with the stored results of others. It is looked at again when they run, as inputs may change until
    /// then.
    private(set) var faults: [String: Miss] = [:]

    private static let part = 32

    /// - Parameter stages: each after those that feed it.
    init(_ stages: [Stage], execution: StageExecution) async {
        var outputs: [String: ContentDigest] = [:]
        for level in Self.levels(of: stages) {
            let ready = level.filter { $0.feeders.allSatisfy { outputs[$0] != nil } }
            if Task.isCancelled { return }
            var misses: [(stage: Stage, key: StoreKey)] = []
            for (stage, survey) in zip(ready, Self.survey(ready, outputs, execution)) {
                switch survey {
                case .hit(let outcome):
                    hits[stage.name] = execution.shown(outcome)
                    outputs[stage.name] = outcome.digest
                case .miss(let miss, let key):
                    misses.append((stage, key))
                    if miss.isFault { faults[stage.name] = miss }
                case nil: break
                }
            }
            let brought = await execution.bring(misses.map(\.key))
            for (stage, key) in misses where brought.contains(key) {
                let fault = faults[stage.name]
                guard let outcome = execution.brought(stage, outputs: outputs, instead: fault) else { continue }
                faults[stage.name] = nil
                hits[stage.name] = execution.shown(outcome)
                outputs[stage.name] = outcome.digest
            }
        }
    }

    private static func survey(
        _ stages: [Stage], _ outputs: [String: ContentDigest], _ execution: StageExecution
    ) -> [StageExecution.Survey?] {
        stages.concurrentMap(part: part) { execution.survey($0, outputs: outputs) }
    }

    /// The stages by the longest way to them among these.
    private static func levels(of stages: [Stage]) -> [[Stage]] {
        var level: [String: Int] = [:]
        var levels: [[Stage]] = []
        for stage in stages {
            let own = stage.feeders.compactMap { level[$0].map { $0 + 1 } }.max() ?? 0
            level[stage.name] = own
            if own == levels.count { levels.append([]) }
            levels[own].append(stage)
        }
        return levels
    }
}
