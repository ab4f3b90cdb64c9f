import Foundation
import StageInterface
import Store
import Synchronization
import SystemPackage
import Testing

@testable import Execution

/// What happens when something goes wrong: what is said, what runs on, what is kept.
@Suite("Failures")
struct FailureTests {
    private let pipeline = Laboratory.pipeline

    private func fail(_ problem: StageProblem) -> FakeWorker.Behaviour {
        { _, _ in StageResult(status: .failed, problems: [problem]) }
    }

    @Test("a failure is shown at its line of the pipeline, and nothing new starts after it")
    func located() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on(
                "short",
                fail(StageProblem(.error, "nothing is left", help: "keep more", place: .parameter(["keep"]))))
            let run = try await laboratory.run { $0.jobs = 1 }
            #expect(
                run.findings == """
                    error: nothing is left
                      --> p.yaml:10:18
                       |
                    10 |     with: {keep: 3}
                       |                  ^ help: keep more
                    """)
            #expect(run.state("rows") == .ran)
            #expect(run.state("short") == .failed)
            #expect(run.state("adapter") == .skipped)
            #expect(run.why("adapter") == "needs short, which failed")
            #expect(run.why("scores") == "needs short, which failed")
            #expect(run.summary.hasFailed)
            #expect(!run.summary.wasInterrupted)

            laboratory.worker.resetBehaviours()
            let again = try await laboratory.run()
            #expect(again.why("rows") == "unchanged")
            #expect(again.summary.count(.failed) == 0)
        }
    }

    @Test("what a stage says of a line of its input is shown with that line")
    func fileLocation() async throws {
        try await Laboratory.with { laboratory in
            try laboratory.write("first\nsecond\n", to: "rows.txt")
            laboratory.worker.on("rows") { task, events in
                let place = StageProblem.Place.file(path: "rows.txt", line: 2, column: 3)
                events(.problem(StageProblem(.warning, "an odd letter", place: place)))
                events(
                    .problem(
                        StageProblem(
                            .note, "no such file", place: .file(path: "absent.txt", line: 7, column: nil))))
                return try FakeWorker.compute(task)
            }
            let run = try await laboratory.run { $0.targets = ["rows"] }
            #expect(
                run.findings == """
                    warning: an odd letter
                     --> rows.txt:2:3
                      |
                    2 | second
                      |   ^

                    note: no such file
                     --> absent.txt:7:1
                    """)
            #expect(run.state("rows") == .ran)
        }
    }

    @Test("after a failure what runs may end, and is kept")
    func runningEnds() async throws {
        try await Laboratory.with { laboratory in
            let failed = Gate()
            laboratory.worker.on("rows", fail(StageProblem(.error, "no rows")))
            laboratory.worker.on("method") { task, _ in
                await failed.wait()
                return try FakeWorker.compute(task)
            }
            let run = try await laboratory.run(observe: { event in
                if case .finished(let record) = event, record.state == .failed { failed.open() }
            })
            #expect(run.findings == "error: stage `rows`: no rows")
            #expect(run.state("method") == .ran)
            #expect(run.state("adapter") == .skipped)
        }
    }

    @Test("keep going: what does not depend on the failure runs")
    func keepGoing() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on("method", fail(StageProblem(.error, "no method")))
            let run = try await laboratory.run {
                $0.keepsGoing = true
                $0.jobs = 1
            }
            #expect(run.stages(.ran) == ["rows", "short"])
            #expect(run.stages(.failed) == ["method"])
            #expect(run.stages(.skipped) == ["adapter", "scores"])
            #expect(run.why("scores") == "needs method, which failed")
        }
    }

    @Test("a stage that leaves nothing, or no folder, has failed")
    func noOutput() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on("rows") { _, _ in StageResult(status: .done) }
            let nothing = try await laboratory.run { $0.targets = ["rows"] }
            #expect(nothing.findings == "error: stage `rows`: the stage kind `source` left no output")
            #expect(nothing.state("rows") == .failed)

            laboratory.worker.on("rows") { task, _ in
                try FileManager.default.createDirectory(
                    atPath: task.output + "/a/b", withIntermediateDirectories: true)
                return StageResult(status: .done)
            }
            let folders = try await laboratory.run { $0.targets = ["rows"] }
            #expect(folders.state("rows") == .failed)

            laboratory.worker.on("rows") { task, _ in
                try FileManager.default.removeItem(atPath: task.output)
                try FileManager.default.createSymbolicLink(atPath: task.output, withDestinationPath: task.scratch)
                return StageResult(status: .done)
            }
            let link = try await laboratory.run { $0.targets = ["rows"] }
            #expect(
                link.findings
                    == "error: stage `rows`: the stage kind `source` left no folder where its output belongs")

            laboratory.worker.resetBehaviours()
            let ended = try await laboratory.run()
            #expect(ended.state("rows") == .ran)
        }
    }

    @Test("a link in an output is refused, and nothing of it is in the store")
    func link() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on("rows") { task, _ in
                try FileManager.default.createSymbolicLink(
                    atPath: task.output + "/link", withDestinationPath: "/etc/passwd")
                return StageResult(status: .done)
            }
            let run = try await laboratory.run { $0.targets = ["rows"] }
            #expect(run.state("rows") == .failed)
            #expect(run.findings.contains("error: stage `rows`: "))
            #expect(run.findings.contains("link is a symbolic link"))
            #expect(try laboratory.objects().isEmpty)
        }
    }

    @Test("an input that disappears is named with the line of the pipeline")
    func inputGone() async throws {
        try await Laboratory.with { laboratory in
            let executor = try Executor(
                pipeline: laboratory.load(), store: laboratory.openStore(), runner: laboratory.worker,
                options: RunOptions(jobs: 1, numerics: Laboratory.numerics, toolVersion: "test")
            ) { _ in }
            let pipeline = try laboratory.load()
            let assessor = try Assessor(
                pipeline: pipeline, store: laboratory.openStore(), numerics: Laboratory.numerics)
            try FileManager.default.removeItem(at: laboratory.folder.appending(path: "rows.txt"))
            #expect(await executor.run().records.first?.state == .failed)
            let error = #expect(throws: StoreError.self) { try assessor.assessAll() }
            #expect(error?.message.hasPrefix("stage `rows` (p.yaml:6): cannot read ") == true)
        }
    }

    @Test("a result computed while its input changed is not kept, nor what it would go on from")
    func inputChanges() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on("rows") { task, _ in
                try FakeWorker.write("half", task.scratch, "checkpoint")
                try laboratory.write("changed", to: "rows.txt")
                return try FakeWorker.compute(task)
            }
            let run = try await laboratory.run { $0.targets = ["rows"] }
            #expect(
                run.findings == """
                    error: stage `rows`: what it reads was changed while it ran, so its result is not kept
                    help: run again
                    """)
            #expect(try laboratory.objects().isEmpty)

            laboratory.worker.resetBehaviours()
            try laboratory.write("0123456789", to: "rows.txt")
            let again = try await laboratory.run { $0.targets = ["rows"] }
            #expect(again.wentOn("rows") == false)
            #expect(try laboratory.output(again, "rows") == "0123456789")
        }
    }

    @Test("a disk that fails at any moment is an error in words, and the next run is whole")
    func failingDisk() async throws {
        let text = """
            version: 1
            name: one
            stages:
              rows:
                uses: source
                with: {path: rows.txt}

            """
        var failures = 0
        var failing = 1
        var isOver = false
        while !isOver {
            try await Laboratory.with { laboratory in
                let steps = Mutex(0)
                let faulty = try Store(at: laboratory.openStore().root) { [failing] step in
                    guard step.moment == .before else { return }
                    let number = steps.withLock { steps in
                        steps += 1
                        return steps
                    }
                    if number == failing { throw Errno.noSpace }
                }
                let run = try await laboratory.run(text, store: faulty)
                switch run.state("rows") {
                case .failed:
                    failures += 1
                    #expect(run.findings.hasPrefix("error: stage `rows`: cannot "))
                    #expect(run.findings.contains("no space left on device\nhelp: free some space there"))
                    #expect(run.findings.split(separator: "\n").count == 2)
                case .ran: #expect(run.findings.isEmpty)
                default: Issue.record("the stage is \(String(describing: run.state("rows"))) at step \(failing)")
                }
                let next = try await laboratory.run(text)
                #expect(try laboratory.output(next, "rows") == "0123456789")
                #expect(try laboratory.objects().count == 1)
                isOver = steps.withLock { $0 } < failing
                // The store's own tests try each step.
                failing += 3
            }
        }
        #expect(failures > 5)
    }

    @Test("a store that can't be written to serves what it has")
    func readOnly() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let store = try Store(at: laboratory.openStore().root) { _ in throw Errno.readOnlyFileSystem }
            let run = try await laboratory.run(store: store)
            #expect(run.stages(.hit) == Laboratory.all)
            let changed = try await laboratory.run(pipeline.replacing("r: 8", with: "r: 4"), store: store)
            #expect(changed.state("method") == .failed)
            #expect(changed.findings.contains("read-only file system"))
        }
    }
}

extension Laboratory {
    /// The names of all objects in the store.
    func objects() throws -> [String] {
        let files = FileManager.default
        let folder = folder.appending(path: ".store/objects").path
        guard files.fileExists(atPath: folder) else { return [] }
        return try files.contentsOfDirectory(atPath: folder).flatMap {
            try files.contentsOfDirectory(atPath: folder + "/" + $0)
        }
    }
}
