import Dispatch
import Foundation
import StageInterface
import Testing

@testable import Execution

/// Stages side by side, and runs side by side.
@Suite("Side by side", .timeLimit(.minutes(1)))
struct ConcurrencyTests {
    @Test("stages that don't depend on each other run at once")
    func overlap() async throws {
        try await Laboratory.with { laboratory in
            let barrier = Barrier(2)
            for name in ["rows", "method"] {
                laboratory.worker.on(name) { task, _ in
                    await barrier.meet()
                    return try FakeWorker.compute(task)
                }
            }
            let ended = try await laboratory.run()
            #expect(ended.stages(.ran) == Laboratory.all)
        }
    }

    @Test("stages that block on the disk don't stop what else is asynchronous")
    func blocking() async throws {
        try await Laboratory.with { laboratory in
            let count = 2 * ProcessInfo.processInfo.activeProcessorCount + 1
            let stages = (0..<count).map { "  s\($0): {uses: method, with: {r: \($0 + 1)}}\n" }.joined()
            let allStarted = Barrier(count + 1)
            let answered = DispatchSemaphore(value: 0)
            for index in 0..<count {
                laboratory.worker.on("s\(index)") { task, _ in
                    Task { await allStarted.meet() }
                    Self.block(answered)
                    return try FakeWorker.compute(task)
                }
            }
            async let ran = laboratory.run("version: 1\nname: many\nstages:\n\(stages)") { $0.jobs = count }
            await allStarted.meet()
            for _ in 0..<count { answered.signal() }
            let summary = try await ran.summary
            #expect(summary.count(.ran) == count)
        }
    }

    /// As a slow disk does: the thread waits, not the task.
    private static func block(_ semaphore: DispatchSemaphore) { semaphore.wait() }

    private static let trainings = """
        version: 1
        name: trainings
        stages:
          rows:
            uses: source
            with: {path: rows.txt}
          a:
            uses: train
            from: {text: rows}
            with: {epochs: 1}
          b:
            uses: train
            from: {text: rows}
            with: {epochs: 2}
          c:
            uses: train
            from: {text: rows}
            with: {epochs: 3}

        """

    @Test("two computing stages don't fight for the cores, unless there is room for both", arguments: [(2, 1), (4, 2)])
    func weight(jobs: Int, most: Int) async throws {
        try await Laboratory.with { laboratory in
            let barrier = Barrier(most)
            for name in ["a", "b", "c"] {
                laboratory.worker.on(name) { task, _ in
                    await barrier.meet()
                    for _ in 0..<100 { await Task.yield() }
                    return try FakeWorker.compute(task)
                }
            }
            let run = try await laboratory.run(Self.trainings) { $0.jobs = jobs }
            #expect(run.summary.count(.ran) == 4)
            #expect(laboratory.worker.mostRunning(of: "train") == most)
        }
    }

    @Test("what one run computes another waits for, and takes")
    func waiting() async throws {
        try await Laboratory.with { laboratory in
            let started = Gate()
            let waits = Gate()
            laboratory.worker.on("adapter") { task, _ in
                started.open()
                await waits.wait()
                return try FakeWorker.compute(task)
            }
            async let first = laboratory.run()
            await started.wait()
            let second = try await laboratory.run(observe: { event in
                if case .waiting("adapter", let holder) = event {
                    #expect(holder.hasPrefix("process \(ProcessInfo.processInfo.processIdentifier) on "))
                    waits.open()
                }
            })
            #expect(second.state("adapter") == .hit)
            #expect(second.why("adapter") == "computed by another run meanwhile")
            let ran = try await first
            #expect(ran.state("adapter") == .ran)
            #expect(ran.summary.records.allSatisfy { $0.state == .ran || $0.state == .hit })
            #expect(laboratory.worker.takeCalls().filter { $0 == "adapter" }.count == 1)
        }
    }

    @Test("eight runs at once compute each stage once, and all succeed")
    func eight() async throws {
        try await Laboratory.with { laboratory in
            let runs = try await withThrowingTaskGroup(of: Ran.self) { group in
                for index in 0..<8 {
                    let text = index % 2 == 0 ? Laboratory.pipeline : Self.trainings
                    group.addTask { try await laboratory.run(text) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            for run in runs {
                #expect(run.summary.count(.ran) + run.summary.count(.hit) == run.summary.records.count)
                #expect(run.findings.isEmpty)
            }
            // The two pipelines share their first stage.
            #expect(laboratory.worker.takeCalls().count == 5 + 4 - 1)
            #expect(Set(runs.compactMap { $0["scores"]?.digest }).count == 1)
        }
    }

    @Test("two stages of one run that are the same computation are computed once")
    func twins() async throws {
        try await Laboratory.with { laboratory in
            let text = """
                version: 1
                name: twins
                stages:
                  a: {uses: source, with: {path: rows.txt}}
                  b: {uses: source, with: {path: rows.txt}}

                """
            let run = try await laboratory.run(text)
            #expect(run.summary.count(.ran) == 1)
            #expect(run.summary.count(.hit) == 1)
            #expect(laboratory.worker.takeCalls().count == 1)
        }
    }

    @Test("who does not want to wait gets an error that names the other")
    func timeout() async throws {
        try await Laboratory.with { laboratory in
            let started = Gate()
            let release = Gate()
            laboratory.worker.on("rows") { task, _ in
                started.open()
                await release.wait()
                return try FakeWorker.compute(task)
            }
            async let first = laboratory.run()
            await started.wait()
            let second = try await laboratory.run { $0.lockTimeout = .zero }
            #expect(second.state("rows") == .failed)
            #expect(second.summary.gaveUpWaiting)
            #expect(second.findings.hasPrefix("error: stage `rows`: another run is still computing "))
            #expect(second.findings.contains("process \(ProcessInfo.processInfo.processIdentifier) on "))
            release.open()
            let ran = try await first
            #expect(ran.state("rows") == .ran)
            #expect(ran.summary.records.allSatisfy { $0.state == .ran || $0.state == .hit })
            #expect(!ran.summary.gaveUpWaiting)
        }
    }
}
