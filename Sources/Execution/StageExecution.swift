import Diagnostics
import Foundation
import JSONValues
import Pipelines
import StageInterface
import Store
import SystemPackage

/// What became of one stage.
struct StageOutcome: Sendable {
    let record: StageRecord
    let key: StoreKey?
    let digest: ContentDigest?
    /// The stages that it feeds may be looked at.
    let allowsSuccessors: Bool
    /// It failed because another run held its key for longer than this one wanted to wait.
    var gaveUpWaiting = false
}

/// Takes one stage from its key to its artifact in the store.
struct StageExecution: Sendable {
    let assessor: Assessor
    let runner: any StageRunner
    /// Where results may be that the store has not.
    let elsewhere: ReadThrough?
    let options: RunOptions
    /// The run's name, for those who wait for its locks.
    let run: String
    let observe: @Sendable (RunEvent) -> Void

    private var store: Store { assessor.store }

    /// Finds the stage's result or computes it. Everything that goes wrong is an outcome.
    ///
    /// - Parameters:
    ///   - outputs: the digests of the artifacts that it reads, by the stage that gave them.
    ///   - fault: what was wrong with its stored result before, of which nothing is left to see now.
    func perform(
        _ stage: Stage, outputs: [String: ContentDigest], knowing fault: Miss? = nil
    ) async -> StageOutcome {
        let start = ContinuousClock.now
        let locator = FindingLocator(stage: stage)
        var gaveUpWaiting = false
        do {
            let assessment = try assessor.assess(stage, outputs: outputs)
            let isForced = options.forced.contains(stage.name)
            let reasons = isForced ? [Reason.forced] : assessment.reasons(knowing: fault)
            if case .hit(let trace, let objects) = assessment.lookup, !isForced {
                return shown(hit(stage, trace, objects, reasons, since: start))
            }
            guard let key = assessment.key, !options.isDryRun else { return wouldRun(stage, reasons, assessment.key) }
            return try await compute(stage, assessment, key, reasons, outputs, locator, fault, isForced: isForced)
        } catch is CancellationError {
            return ended(stage, .stopped, [], nil, since: start)
        } catch let unreadable as UnreadableInput {
            tell(unreadable.problem, locator)
        } catch let error as StoreError {
            gaveUpWaiting = error.kind == .lockTimeout
            tell(StageProblem(.error, error.message, help: error.help), locator)
        } catch let failure as StageFailure {
            for problem in failure.problems { tell(problem, locator) }
        } catch {
            tell(StageProblem(.error, "\(error)"), locator)
        }
        return ended(stage, .failed, [], nil, since: start, gaveUpWaiting: gaveUpWaiting)
    }

    /// What is known of a stage whose inputs are known; nil where it must run in any case, or where something is wrong
    /// that ``perform(_:outputs:knowing:)`` tells.
    func survey(_ stage: Stage, outputs: [String: ContentDigest]) -> Survey? {
        let start = ContinuousClock.now
        guard !options.forced.contains(stage.name), let assessment = try? assessor.assess(stage, outputs: outputs)
        else {
            return nil
        }
        switch assessment.lookup {
        case .hit(let trace, let objects): return .hit(hit(stage, trace, objects, assessment.reasons, since: start))
        // A second look would only find that what was damaged is gone.
        case .miss(let miss): return assessment.key.map { .miss(miss, $0) }
        }
    }

    enum Survey {
        case hit(StageOutcome)
        case miss(Miss, StoreKey)
    }

    // MARK: - Elsewhere

    /// Those of the keys whose results came from elsewhere and are in the store now.
    func bring(_ keys: [StoreKey]) async -> Set<StoreKey> { await elsewhere?.bring(keys) ?? [] }

    /// The outcome of a stage whose result came from elsewhere; nil where it is gone again.
    ///
    /// - Parameter fault: what was wrong with the stored result before.
    func brought(_ stage: Stage, outputs: [String: ContentDigest], instead fault: Miss?) -> StageOutcome? {
        let start = ContinuousClock.now
        guard let elsewhere, let assessment = try? assessor.assess(stage, outputs: outputs),
            case .hit(let trace, let objects) = assessment.lookup
        else { return nil }
        tellBrought(elsewhere, instead: fault, FindingLocator(stage: stage))
        return hit(stage, trace, objects, [.fromRemote(elsewhere.name)], since: start)
    }

    private func tellBrought(_ elsewhere: ReadThrough, instead fault: Miss?, _ locator: FindingLocator) {
        guard let fault, fault.isFault else { return }
        tell(StageProblem(.warning, "\(fault); it came anew from the remote \(elsewhere.name)"), locator)
    }

    /// Says that a stage would run a program that the pipeline names, which was not allowed.
    func refuse(_ stage: Stage) -> StageOutcome {
        let finding = Diagnostic.error(
            "stage `\(stage.name)` runs a program that the pipeline names, which has to be allowed", at: stage.location,
            help: "read what it does, then run with --allow-commands")
        observe(.finding(stage: stage.name, finding))
        note(finding, of: stage)
        return ended(stage, .failed, [], nil, since: ContinuousClock.now)
    }

    private func tell(_ problem: StageProblem, _ locator: FindingLocator) {
        let finding = locator.diagnostic(problem)
        observe(.finding(stage: locator.stage.name, finding))
        note(finding, of: locator.stage)
    }

    // MARK: - Journal

    /// What is only for people to look at later must not make a run fail.
    private func note(_ finding: Diagnostic, of stage: Stage) {
        guard !options.isDryRun else { return }
        var event: JSONValue = [
            "event": "finding", "stage": .string(stage.name), "severity": .string(finding.severity.rawValue),
            "message": .string(finding.message),
        ]
        if let help = finding.help { event["help"] = .string(help) }
        if let location = finding.location { event["place"] = .string(location.pathAndLine) }
        try? store.append(event, to: run)
    }

    /// Notes which key the stage computes.
    private func noteStart(of stage: Stage, _ key: StoreKey) {
        try? store.append(
            ["event": "started", "stage": .string(stage.name), "key": .string(key.hexadecimal)], to: run)
    }

    // MARK: - Computing

    private func compute(
        _ stage: Stage, _ assessment: Assessment, _ key: StoreKey, _ reasons: [Reason],
        _ outputs: [String: ContentDigest], _ locator: FindingLocator, _ fault: Miss?, isForced: Bool
    ) async throws -> StageOutcome {
        let name = stage.name
        let start = ContinuousClock.now
        let lock = try await store.lock(key, run: run, timeout: options.lockTimeout) { holder in
            observe(.waiting(stage: name, holder: holder?.description ?? "another run"))
        }
        defer { lock.release() }
        if !isForced, case .hit(let trace, let objects) = try store.lookUp(key) {
            return shown(hit(stage, trace, objects, [.computedMeanwhile], since: start))
        }
        var fault = fault
        if case .miss(let found) = assessment.lookup { fault = fault ?? found }
        if !isForced, let elsewhere, await elsewhere.bring([key]).contains(key),
            case .hit(let trace, let objects) = try store.lookUp(key)
        {
            tellBrought(elsewhere, instead: fault, locator)
            // What an earlier attempt left has no use any more.
            try? store.discardWork(under: lock)
            return shown(hit(stage, trace, objects, [.fromRemote(elsewhere.name)], since: start))
        }
        if let fault, fault.isFault { tell(StageProblem(.warning, "\(fault); it is computed again"), locator) }
        if isForced { try store.discardWork(under: lock) }
        let work = WorkFolder(try store.workFolder(under: lock))
        let goesOn = try work.prepare()
        // Among the run's logs it outlives the work folder.
        let log = (try? store.beginLog(of: name, run: run)) ?? work.log
        defer { try? store.endLog(of: name, run: run) }
        let task = try task(stage, outputs, work, log, continuing: isForced ? nil : assessment.earlier)
        noteStart(of: stage, key)
        observe(.started(stage: name, reasons: reasons, goesOn: goesOn))

        let begun = ContinuousClock.now
        let result = await runner.run(task) { event in
            switch event {
            case .progress(let progress): observe(.progress(stage: name, progress))
            case .problem(let problem): tell(problem, locator)
            }
        }
        // What another version of a file gave must neither be kept nor gone on from.
        let isStale = (try? assessor.components(of: stage, outputs: outputs)) != assessment.components
        if isStale { try work.forget() }
        switch result.status {
        case .stopped: return ended(stage, .stopped, reasons, key, since: begun)
        case .failed:
            for problem in result.problems where problem.severity == .error { tell(problem, locator) }
            return ended(stage, .failed, reasons, key, since: begun)
        case .done where isStale:
            throw StageFailure(
                "what it reads was changed while it ran, so its result is not kept", help: "run again")
        case .done:
            return try keep(stage, result, work, assessment.components, reasons, lock, locator, since: begun)
        }
    }

    private func task(
        _ stage: Stage, _ outputs: [String: ContentDigest], _ work: WorkFolder, _ log: FilePath,
        continuing earlier: EarlierState?
    ) throws -> StageTask {
        var inputs: [String: String] = [:]
        var gathered: [String: [GatheredArtifact]] = [:]
        func artifact(of feeder: String) throws -> StoredObject {
            guard let digest = outputs[feeder], case .intact(let object) = try store.object(digest) else {
                throw StageFailure(
                    "the artifact of stage `\(feeder)` was removed from the store or changed while this run went on",
                    help: "run again")
            }
            return object
        }
        var supplied: [String: String] = [:]
        for part in stage.supplied { supplied[part.stage] = try artifact(of: part.stage).path.string }
        for input in stage.inputs {
            let object = try artifact(of: input.stage)
            if let source = input.source {
                gathered[input.name, default: []].append(
                    GatheredArtifact(stage: source.stage, axes: source.axes, path: object.path.string))
            } else {
                inputs[input.name] = object.path.string
            }
        }
        var continuation: ContinuationFolders?
        if let declared = stage.declaration.continuation, try declared.isExact(stage.parameterValues()) {
            try work.prepareState()
            continuation = ContinuationFolders(state: work.state.string)
            if let earlier, case .intact(let object) = try store.object(earlier.digest) {
                continuation?.earlier = object.path.string
            }
        }
        return StageTask(
            stage: stage.name, kind: stage.declaration.kind, version: stage.declaration.version,
            parameters: stage.parameterValues(artifacts: supplied).json, inputs: inputs, gathered: gathered,
            output: work.output.string,
            scratch: work.scratch.string, continuation: continuation, numerics: options.numerics,
            compute: stage.declaration.compute, log: log.string)
    }

    private func keep(
        _ stage: Stage, _ result: StageResult, _ work: WorkFolder, _ components: KeyComponents, _ reasons: [Reason],
        _ lock: KeyLock, _ locator: FindingLocator, since begun: ContinuousClock.Instant
    ) throws -> StageOutcome {
        if let fault = work.fault {
            throw StageFailure("the stage kind `\(stage.declaration.kind)` \(fault)")
        }
        let seconds = (ContinuousClock.now - begun).seconds
        let object = try store.insert(directory: work.output)
        if let before = store.trace(for: lock.key)?.outputs[outputName], before != object.digest {
            tell(
                StageProblem(
                    .warning,
                    """
                    it gave another result than before from the same inputs: \(before.short) before, \
                    \(object.digest.short) now; it is not deterministic
                    """), locator)
        }
        var outputs = [outputName: object.digest]
        if work.hasState { outputs[EarlierState.outputName] = try store.insert(directory: work.state).digest }
        let report = StoredReport(result)
        let trace = try Trace(
            components: components.json, outputs: outputs, metrics: report.json,
            duration: seconds, created: Date.now.formatted(.iso8601), toolVersion: options.toolVersion)
        try store.record(trace, under: lock)
        let record = StageRecord(
            stage: stage.name, state: .ran, seconds: seconds, reasons: reasons, report: report,
            artifact: object.path.string, digest: object.digest.hexadecimal)
        observe(.finished(record))
        return StageOutcome(record: record, key: trace.key, digest: object.digest, allowsSuccessors: true)
    }

    // MARK: - Other ends

    private func hit(
        _ stage: Stage, _ trace: Trace, _ objects: [String: StoredObject], _ reasons: [Reason],
        since start: ContinuousClock.Instant
    ) -> StageOutcome {
        let record = StageRecord(
            stage: stage.name, state: .hit, seconds: (ContinuousClock.now - start).seconds, reasons: reasons,
            report: StoredReport(json: trace.metrics), artifact: objects[outputName]?.path.string,
            digest: trace.outputs[outputName]?.hexadecimal)
        return StageOutcome(
            record: record, key: trace.key, digest: trace.outputs[outputName], allowsSuccessors: true)
    }

    func shown(_ outcome: StageOutcome) -> StageOutcome {
        observe(.finished(outcome.record))
        return outcome
    }

    private func wouldRun(_ stage: Stage, _ reasons: [Reason], _ key: StoreKey?) -> StageOutcome {
        let record = StageRecord(
            stage: stage.name, state: .wouldRun, seconds: 0, reasons: reasons, report: StoredReport(), artifact: nil,
            digest: nil)
        observe(.finished(record))
        return StageOutcome(record: record, key: key, digest: nil, allowsSuccessors: true)
    }

    private func ended(
        _ stage: Stage, _ state: StageRecord.State, _ reasons: [Reason], _ key: StoreKey?,
        since start: ContinuousClock.Instant, gaveUpWaiting: Bool = false
    ) -> StageOutcome {
        let record = StageRecord(
            stage: stage.name, state: state, seconds: (ContinuousClock.now - start).seconds, reasons: reasons,
            report: StoredReport(), artifact: nil, digest: nil)
        observe(.finished(record))
        return StageOutcome(
            record: record, key: key, digest: nil, allowsSuccessors: false, gaveUpWaiting: gaveUpWaiting)
    }
}
