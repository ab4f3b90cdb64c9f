import Diagnostics
import Execution
import Foundation
import Pipelines
import StageInterface
import Store
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A project folder with a store and a fake worker, in which tests run pipelines.
struct Laboratory: Sendable {
    let folder: URL
    let worker = FakeWorker()

    static let numerics = NumericsClass(device: "cpu", threads: 2, library: "2.11.0")

    /// Two sources that meet, a training, and what uses it.
    static let pipeline = """
        version: 1
        name: small
        stages:
          rows:
            uses: source
            with: {path: rows.txt}
          short:
            uses: trim
            from: {text: rows}
            with: {keep: 3}
          method:
            uses: method
            with:
              r: 8
              lora_alpha: 16
          adapter:
            uses: train
            from: {text: short, method: method}
            with: {epochs: 2}
          scores:
            uses: join
            from: {left: adapter, right: short}

        """

    static let all = ["rows", "short", "method", "adapter", "scores"]

    /// Runs a body with a laboratory whose file `rows.txt` has ten characters.
    static func with(_ body: (Laboratory) async throws -> Void) async throws {
        try await withTemporaryFolder(inMemory: true) { folder in
            let laboratory = Laboratory(folder: folder)
            try laboratory.write("0123456789", to: "rows.txt")
            try await body(laboratory)
        }
    }

    func write(_ text: String, to name: String) throws {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    // MARK: - Running

    func load(
        _ text: String = pipeline, as name: String = "p.yaml", overrides: [String] = [],
        catalogue: [StageDeclaration] = SmallCatalogue.kinds
    ) throws -> Pipeline {
        let (pipeline, findings) = Pipeline.load(
            source: SourceText(path: name, contents: text),
            sources: ParameterSources(overrides: overrides.compactMap { ParameterOverride(assignment: $0) }),
            catalogue: catalogue,
            projectFolder: folder.path)
        return try #require(pipeline, "\(DiagnosticRenderer(color: false).render(findings))")
    }

    func openStore(faultPoint: FaultPoint? = nil) throws -> Store {
        try Store(at: FilePath(folder.path).appending(".store"), faultPoint: faultPoint)
    }

    /// Runs a pipeline as a process of its own would: with a store opened anew.
    func run(
        _ text: String = pipeline, as name: String = "p.yaml", store: Store? = nil,
        source: (any ResultSource)? = nil,
        catalogue: [StageDeclaration] = SmallCatalogue.kinds, numerics: NumericsClass = numerics,
        _ change: (inout RunOptions) -> Void = { _ in }, observe: @escaping @Sendable (RunEvent) -> Void = { _ in }
    ) async throws -> Ran {
        var options = RunOptions(jobs: 2, numerics: numerics, toolVersion: "test")
        change(&options)
        let log = EventLog()
        let executor = try Executor(
            pipeline: load(text, as: name, catalogue: catalogue), store: store ?? openStore(), runner: worker,
            source: source, options: options
        ) { event in
            log.append(event)
            observe(event)
        }
        return Ran(summary: await executor.run(), events: log.events)
    }

    func assess(
        _ text: String = pipeline, as name: String = "p.yaml", catalogue: [StageDeclaration] = SmallCatalogue.kinds,
        numerics: NumericsClass = numerics
    ) throws -> [Assessment] {
        try Assessor(pipeline: load(text, as: name, catalogue: catalogue), store: openStore(), numerics: numerics)
            .assessAll()
    }

    /// The text that a stage gave.
    func output(_ ran: Ran, _ stage: String) throws -> String {
        try String(contentsOfFile: try #require(ran[stage]?.artifact) + "/out.txt", encoding: .utf8)
    }
}

/// How a run went.
struct Ran {
    let summary: RunSummary
    let events: [RunEvent]

    subscript(stage: String) -> StageRecord? { summary.records.first { $0.stage == stage } }

    /// The stages in a state, in the order of the run.
    func stages(_ state: StageRecord.State) -> [String] {
        summary.records.filter { $0.state == state }.map(\.stage)
    }

    func state(_ stage: String) -> StageRecord.State? { self[stage]?.state }

    func why(_ stage: String) -> String? { self[stage]?.reasons.line }

    /// The findings as a terminal shows them.
    var findings: String {
        let findings = events.compactMap { event in
            if case .finding(_, let finding) = event { finding } else { nil }
        }
        return DiagnosticRenderer(color: false, width: 400).render(findings)
    }

    /// Whether a stage started from what an earlier attempt left; nil if it did not start.
    func wentOn(_ stage: String) -> Bool? {
        events.lazy.compactMap { event in
            if case .started(stage, _, let goesOn) = event { goesOn } else { nil }
        }.first
    }
}

/// What was observed, from any thread.
final class EventLog: Sendable {
    private let state = Mutex<[RunEvent]>([])

    var events: [RunEvent] { state.withLock { $0 } }

    func append(_ event: RunEvent) { state.withLock { $0.append(event) } }
}
