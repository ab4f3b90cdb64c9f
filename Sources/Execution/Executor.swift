import Diagnostics
import Foundation
import JSONValues
package import Pipelines
import StageInterface
package import Store

/// Runs a pipeline: what is out of date and nothing else, side by side where it can be.
package struct Executor: Sendable {
    private let pipeline: Pipeline
    private let options: RunOptions
    private let execution: StageExecution
    private let store: Store
    private let journal: RunJournal
    private let history: PipelineHistory
    private let observe: @Sendable (RunEvent) -> Void

    /// - Parameters:
    ///   - source: where results are looked for that the store has not.
    ///   - observe: called from any thread, in the order of events of each stage.
    package init(
        pipeline: Pipeline, store: Store, runner: any StageRunner, source: (any ResultSource)? = nil,
        options: RunOptions,
        observe: @escaping @Sendable (RunEvent) -> Void
    ) throws {
        self.pipeline = pipeline
        self.options = options
        self.observe = observe
        let assessor = try Assessor(pipeline: pipeline, store: store, numerics: options.numerics)
        history = assessor.history
        self.store = store
        journal = store.beginRun()
        execution = StageExecution(
            assessor: assessor, runner: runner,
            elsewhere: source.map { ReadThrough(source: $0, store: store, observe: observe) }, options: options,
            run: journal.run, observe: observe)
    }

    /// Runs to the end, or until the Swift task is cancelled: then the running stages are asked to stop and keep
    /// what allows going on.
    package func run() async -> RunSummary {
        let start = ContinuousClock.now
        let stages = selectedStages()
        observe(.began(stages: stages.map(\.name)))
        if !options.isDryRun { begin(stages) }

        let survey = await HitSurvey(stages, execution: execution)
        var outcomes = survey.hits
        note(stages.compactMap { outcomes[$0.name] })
        let rest = stages.filter { outcomes[$0.name] == nil }
        let refused = options.allowsPrograms || options.isDryRun ? [] : rest.filter(\.declaration.runsPrograms)
        for stage in refused { outcomes[stage.name] = execution.refuse(stage) }
        var schedule = Schedule(
            refused.isEmpty
                ? nodes(of: rest, known: outcomes) : [], capacity: options.jobs, keepsGoing: options.keepsGoing)
        var idleThreads: [BlockingExecutor] = []
        var threads: [String: BlockingExecutor] = [:]
        await withTaskGroup(of: StageOutcome.self) { group in
            while true {
                if Task.isCancelled { schedule.drain() }
                for name in schedule.next() {
                    guard let stage = pipeline.stage(named: name) else { continue }
                    let known = stage.feeders.compactMap { feeder in
                        outcomes[feeder]?.digest.map { (feeder, $0) }
                    }
                    let outputs = Dictionary(known, uniquingKeysWith: { first, _ in first })
                    let thread = idleThreads.popLast() ?? BlockingExecutor()
                    threads[name] = thread
                    let fault = survey.faults[name]
                    group.addTask(executorPreference: thread) {
                        await execution.perform(stage, outputs: outputs, knowing: fault)
                    }
                }
                guard let outcome = await group.next() else { break }
                outcomes[outcome.record.stage] = outcome
                if let thread = threads.removeValue(forKey: outcome.record.stage) { idleThreads.append(thread) }
                schedule.finish(outcome.record.stage, succeeded: outcome.allowsSuccessors)
                note([outcome])
            }
        }
        await execution.runner.finish()
        let records = records(of: stages, outcomes)
        let summary = RunSummary(
            records: records, seconds: (ContinuousClock.now - start).seconds,
            wasInterrupted: Task.isCancelled && records.contains { $0.state == .stopped || $0.state == .skipped },
            gaveUpWaiting: outcomes.values.contains(where: \.gaveUpWaiting), wasRefused: !refused.isEmpty)
        end(summary)
        return summary
    }

    private func nodes(of stages: [Stage], known: [String: StageOutcome]) -> [Schedule.Node] {
        stages.map { stage in
            Schedule.Node(
                name: stage.name,
                predecessors: pipeline.graph.predecessors(of: stage.name).filter { known[$0] == nil },
                weight: stage.declaration.compute == .tensors ? options.numerics.threads : 1)
        }
    }

    /// The wanted stages and all that they need.
    private func selectedStages() -> [Stage] {
        guard !options.targets.isEmpty else { return pipeline.graph.stages }
        let names = options.targets.union(options.targets.flatMap { pipeline.graph.ancestors(of: $0) })
        return pipeline.graph.stages.filter { names.contains($0.name) }
    }

    /// A record for every stage, those among them that were not started.
    private func records(of stages: [Stage], _ outcomes: [String: StageOutcome]) -> [StageRecord] {
        var causes: [String: String] = [:]
        return stages.map { stage in
            if let record = outcomes[stage.name]?.record {
                if record.state == .failed { causes[stage.name] = stage.name }
                return record
            }
            causes[stage.name] = stage.feeders.lazy.compactMap { causes[$0] }.first
            let record = StageRecord(
                stage: stage.name, state: .skipped, seconds: 0,
                reasons: causes[stage.name].map { [.needsFailed($0)] } ?? [], report: StoredReport(), artifact: nil,
                digest: nil)
            observe(.finished(record))
            return record
        }
    }

    // MARK: - Journal

    // What is only for people to look at later must not make a run fail: with all results in a store that can only be
    // read there is nothing to write.

    private func begin(_ stages: [Stage]) {
        store.removeDeadLocks()
        try? journal.append([
            "event": "began", "pipeline": .string(pipeline.name), "file": .string(pipeline.source.path),
            "tool": .string(options.toolVersion), "stages": .array(stages.map { .string($0.name) }),
            RunPlan.eventKey: RunPlan(pipeline, stages, numerics: options.numerics).json,
        ])
        try? history.begin(run: journal.run)
    }

    private func end(_ summary: RunSummary) {
        let state: RunOverview.State =
            summary.wasInterrupted ? .stopped : summary.hasFailed || summary.gaveUpWaiting ? .failed : .done
        try? journal.end([
            "event": "ended", "state": .string(state.rawValue), "seconds": .double(summary.seconds),
        ])
    }

    private func note(_ outcomes: [StageOutcome]) {
        guard !options.isDryRun else { return }
        try? journal.append(contentsOf: outcomes.map(event(for:)))
        for outcome in outcomes where outcome.allowsSuccessors {
            if let key = outcome.key { try? history.record(key, of: outcome.record.stage) }
        }
    }

    private func event(for outcome: StageOutcome) -> JSONValue {
        let record = outcome.record
        var event: JSONValue = [
            "event": "finished", "stage": .string(record.stage), "state": .string(record.state.rawValue),
            "seconds": .double(record.seconds), "why": .string(record.reasons.line),
        ]
        if let key = outcome.key { event["key"] = .string(key.hexadecimal) }
        if let digest = record.digest { event["output"] = .string(digest) }
        return event
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
