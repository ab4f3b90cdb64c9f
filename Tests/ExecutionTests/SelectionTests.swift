import StageInterface
import Testing

@testable import Execution

/// Which stages a run looks at.
@Suite("Selection")
struct SelectionTests {
    @Test("wanted stages run with all that they need, and nothing else")
    func targets() async throws {
        try await Laboratory.with { laboratory in
            let run = try await laboratory.run { $0.targets = ["adapter"] }
            #expect(run.summary.records.map(\.stage) == ["rows", "short", "method", "adapter"])
            #expect(run.summary.count(.ran) == 4)
            let ended = try await laboratory.run()
            #expect(ended.stages(.ran) == ["scores"])
        }
    }

    @Test("what is needed and up to date is not run for a forced stage")
    func forcedTarget() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let run = try await laboratory.run {
                $0.targets = ["adapter"]
                $0.forced = ["adapter"]
            }
            #expect(run.stages(.ran) == ["adapter"])
            #expect(run.stages(.hit) == ["rows", "short", "method"])
        }
    }

    @Test("all can be forced, and give what they gave")
    func allForced() async throws {
        try await Laboratory.with { laboratory in
            let first = try await laboratory.run()
            let run = try await laboratory.run { $0.forced = Set(Laboratory.all) }
            #expect(run.stages(.ran) == Laboratory.all)
            #expect(run.summary.records.map(\.digest) == first.summary.records.map(\.digest))
            #expect(run.findings.isEmpty)
        }
    }

    @Test("a stage that gives other bytes from the same inputs is called not deterministic")
    func notDeterministic() async throws {
        try await Laboratory.with { laboratory in
            let first = try await laboratory.run()
            laboratory.worker.on("short") { task, _ in
                try FakeWorker.write("abc", task.output, "out.txt")
                return StageResult(status: .done)
            }
            let run = try await laboratory.run { $0.forced = ["short"] }
            let before = first["short"]?.digest?.prefix(12) ?? ""
            let now = run["short"]?.digest?.prefix(12) ?? ""
            #expect(
                run.findings
                    == """
                    warning: stage `short`: it gave another result than before from the same inputs: \
                    \(before) before, \(now) now; it is not deterministic
                    """)
            #expect(run.stages(.ran) == ["short", "adapter", "scores"])
            let ended2 = try await laboratory.run()
            #expect(ended2.stages(.hit) == Laboratory.all)
        }
    }

    @Test("a dry run writes nothing into the history")
    func dryRun() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let changed = Laboratory.pipeline.replacing("r: 8", with: "r: 4")
            for _ in 0..<2 {
                let dry = try await laboratory.run(changed) { $0.isDryRun = true }
                #expect(dry.why("method") == "r 8 → 4 (p.yaml:14)")
                #expect(dry.stages(.wouldRun) == ["method", "adapter", "scores"])
            }
            let ended3 = try await laboratory.run()
            #expect(ended3.why("method") == "unchanged")
        }
    }
}
