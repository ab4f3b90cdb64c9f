import Foundation
import StageInterface
import Testing

@testable import Execution

/// Ctrl-C, as far as the executor sees it: its task is cancelled.
@Suite("Stopping", .timeLimit(.minutes(1)))
struct CancellationTests {
    /// Runs until the stage `adapter` has left a checkpoint, then cancels.
    private func stop(_ laboratory: Laboratory) async throws -> Ran {
        let started = Gate()
        laboratory.worker.on("adapter") { task, _ in
            try FakeWorker.write("half", task.output, "out.txt")
            try FakeWorker.write("step 17", task.scratch, "checkpoint")
            started.open()
            await Gate().wait()
            return StageResult(status: .stopped)
        }
        let run = Task { try await laboratory.run() }
        await started.wait()
        run.cancel()
        return try await run.value
    }

    @Test("the running stage is asked to stop, and what it kept is there in the next run")
    func goesOn() async throws {
        try await Laboratory.with { laboratory in
            let stopped = try await stop(laboratory)
            #expect(stopped.state("adapter") == .stopped)
            #expect(stopped.state("scores") == .skipped)
            #expect(stopped.state("rows") == .ran)
            #expect(stopped.summary.wasInterrupted)
            #expect(!stopped.summary.hasFailed)
            #expect(stopped.findings.isEmpty)

            laboratory.worker.on("adapter") { task, _ in
                #expect(try FileManager.default.contentsOfDirectory(atPath: task.output).isEmpty)
                let checkpoint = try String(contentsOfFile: task.scratch + "/checkpoint", encoding: .utf8)
                #expect(checkpoint == "step 17")
                return try FakeWorker.compute(task)
            }
            let next = try await laboratory.run()
            #expect(next.wentOn("adapter") == true)
            #expect(next.stages(.ran) == ["adapter", "scores"])
            #expect(next.wentOn("scores") == false)
            #expect(!next.summary.wasInterrupted)
        }
    }

    @Test("a forced run begins anew")
    func forced() async throws {
        try await Laboratory.with { laboratory in
            _ = try await stop(laboratory)
            laboratory.worker.resetBehaviours()
            let next = try await laboratory.run { $0.forced = ["adapter"] }
            #expect(next.wentOn("adapter") == false)
            #expect(next.state("adapter") == .ran)
        }
    }

    @Test("a stage that ends in spite of being asked to stop is kept")
    func endsAnyway() async throws {
        try await Laboratory.with { laboratory in
            let started = Gate()
            laboratory.worker.on("adapter") { task, _ in
                started.open()
                await Gate().wait()
                return try FakeWorker.compute(task)
            }
            let run = Task { try await laboratory.run() }
            await started.wait()
            run.cancel()
            let ran = try await run.value
            #expect(ran.state("adapter") == .ran)
            #expect(ran.state("scores") == .skipped)
            #expect(ran.summary.wasInterrupted)
            let ended = try await laboratory.run()
            #expect(ended.stages(.ran) == ["scores"])
        }
    }

    @Test("who waits for another run stops waiting")
    func waiting() async throws {
        try await Laboratory.with { laboratory in
            let started = Gate()
            let waits = Gate()
            let release = Gate()
            laboratory.worker.on("rows") { task, _ in
                started.open()
                await release.wait()
                return try FakeWorker.compute(task)
            }
            async let first = laboratory.run()
            await started.wait()
            let second = Task {
                try await laboratory.run(observe: { if case .waiting = $0 { waits.open() } })
            }
            await waits.wait()
            second.cancel()
            let stopped = try await second.value
            #expect(stopped.state("rows") == .stopped)
            #expect(stopped.summary.wasInterrupted)
            release.open()
            let ran = try await first
            #expect(ran.state("rows") == .ran)
            #expect(ran.summary.records.allSatisfy { $0.state == .ran || $0.state == .hit })
        }
    }

    @Test("a run that is cancelled before it begins runs nothing")
    func atOnce() async throws {
        try await Laboratory.with { laboratory in
            let gate = Gate()
            let run = Task {
                await gate.wait()
                return try await laboratory.run()
            }
            run.cancel()
            let ran = try await run.value
            #expect(ran.summary.count(.skipped) == 5)
            #expect(ran.summary.wasInterrupted)
            #expect(laboratory.worker.takeCalls().isEmpty)
        }
    }
}
