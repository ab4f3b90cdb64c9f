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
}

/// Takes one stage from its key to its artifact in the store.
struct StageExecution: Sendable {
    let assessor: Assessor
    let runner: any StageRunner
    let options: RunOptions
    /// The run's name, for those who wait for its locks.
    let run: String
    let observe: @Sendable (RunEvent) -> Void

    private var store: Store { assessor.store }

    /// Finds the stage's result or computes it. Everything that goes wrong is an outcome.
    func perform(_ stage: Stage, outputs: [String: ContentDigest]) async -> StageOutcome {
        let start = ContinuousClock.now
        let findings = FindingLocator(stage: stage)
        do {
            let assessment = try assessor.assess(stage, outputs: outputs)
            let isForced = options.forced.contains(stage.name)
            let reasons = isForced ? [Reason.forced] : assessment.reasons
            if case .hit(let trace, let objects) = assessment.lookup, !isForced {
                return hit(stage, trace, objects, reasons, since: start)
            }
            guard let key = assessment.key, !options.isDryRun else { return wouldRun(stage, reasons, assessment.key) }
            if case .miss(let miss) = assessment.lookup, miss.isFault {
                observe(.finding(stage: stage.name, .warning("\(stage.name): \(miss); it is computed again")))
            }
            return try await compute(stage, assessment, key, reasons, outputs, isForced: isForced, since: start)
        } catch is CancellationError {
            return ended(stage, .stopped, [], nil, since: start)
        } catch let error as StoreError {
            let help = error.help
            observe(.finding(stage: stage.name, .error("stage `\(stage.name)`: \(error.message)", help: help)))
        } catch {
            observe(.finding(stage: stage.name, findings.diagnostic(StageProblem(.error, "\(error)"))))
        }
        return ended(stage, .failed, [], nil, since: start)
    }

    // MARK: - Computing

    private func compute(
        _ stage: Stage, _ assessment: Assessment, _ key: StoreKey, _ reasons: [Reason],
        _ outputs: [String: ContentDigest], isForced: Bool, since start: ContinuousClock.Instant
    ) async throws -> StageOutcome {
        let name = stage.name
        let lock = try await store.lock(key, run: run, timeout: options.lockTimeout) { holder in
            observe(.waiting(stage: name, holder: holder?.description ?? "another run"))
        }
        defer { lock.release() }
        if !isForced, case .hit(let trace, let objects) = try store.lookUp(key) {
            return hit(stage, trace, objects, [.computedMeanwhile], since: start)
        }
        if isForced { try store.discardWork(under: lock) }
        let work = try prepare(store.workFolder(under: lock))
        observe(.started(stage: name, reasons: reasons, goesOn: work.hasScratch))

        let begun = ContinuousClock.now
        let result = await runner.run(try task(stage, outputs, work)) { event in
            switch event {
            case .progress(let progress): observe(.progress(stage: name, progress))
            case .problem(let problem):
                observe(.finding(stage: name, FindingLocator(stage: stage).diagnostic(problem)))
            }
        }
        switch result.status {
        case .stopped: return ended(stage, .stopped, reasons, key, since: begun)
        case .failed:
            for problem in result.problems where problem.severity == .error {
                observe(.finding(stage: name, FindingLocator(stage: stage).diagnostic(problem)))
            }
            return ended(stage, .failed, reasons, key, since: begun)
        case .done: break
        }
        guard try assessor.assess(stage, outputs: outputs).components == assessment.components else {
            observe(
                .finding(
                    stage: name,
                    .error(
                        "stage `\(name)`: what it reads was changed while it ran, so its result is not kept",
                        help: "run again")))
            return ended(stage, .failed, reasons, key, since: begun)
        }
        return try keep(stage, result, work, assessment.components, reasons, lock, since: begun)
    }

    private struct Work {
        let folder: FilePath
        let hasScratch: Bool

        var output: FilePath { folder.appending("output") }
        var scratch: FilePath { folder.appending("scratch") }
    }

    /// An empty output folder, and the scratch folder as an earlier attempt left it.
    private func prepare(_ folder: FilePath) throws -> Work {
        let files = FileManager.default
        let output = folder.appending("output").string
        let scratch = folder.appending("scratch").string
        if files.fileExists(atPath: output) { try files.removeItem(atPath: output) }
        try files.createDirectory(atPath: output, withIntermediateDirectories: false)
        try files.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        return Work(folder: folder, hasScratch: try !files.contentsOfDirectory(atPath: scratch).isEmpty)
    }

    private func task(_ stage: Stage, _ outputs: [String: ContentDigest], _ work: Work) throws -> StageTask {
        var inputs: [String: String] = [:]
        for input in stage.inputs {
            guard let digest = outputs[input.stage], case .intact(let object) = try store.object(digest) else {
                throw StageFailure(
                    "the artifact of stage `\(input.stage)` is no longer in the store", help: "run again")
            }
            inputs[input.name] = object.path.string
        }
        return StageTask(
            stage: stage.name, kind: stage.declaration.kind, version: stage.declaration.version,
            parameters: stage.parameterValues.json, inputs: inputs, output: work.output.string,
            scratch: work.scratch.string, numerics: options.numerics)
    }

    private func keep(
        _ stage: Stage, _ result: StageResult, _ work: Work, _ components: KeyComponents, _ reasons: [Reason],
        _ lock: KeyLock, since begun: ContinuousClock.Instant
    ) throws -> StageOutcome {
        let object = try store.insert(directory: work.output)
        let report = StoredReport(result)
        let seconds = (ContinuousClock.now - begun).seconds
        let trace = try Trace(
            components: components.json, outputs: [outputName: object.digest], metrics: report.json,
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
        observe(.finished(record))
        return StageOutcome(
            record: record, key: trace.key, digest: trace.outputs[outputName], allowsSuccessors: true)
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
        since start: ContinuousClock.Instant
    ) -> StageOutcome {
        let record = StageRecord(
            stage: stage.name, state: state, seconds: (ContinuousClock.now - start).seconds, reasons: reasons,
            report: StoredReport(), artifact: nil, digest: nil)
        observe(.finished(record))
        return StageOutcome(record: record, key: key, digest: nil, allowsSuccessors: false)
    }
}
