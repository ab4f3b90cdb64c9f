import Execution
import Foundation
import Store
import SystemPackage
import Testing

/// Results that another machine computed.
@Suite("ReadThrough")
struct ReadThroughTests {
    /// Runs a body with a laboratory whose store is empty, and a source that has all of the pipeline.
    private func with(_ body: (Laboratory, FakeSource) async throws -> Void) async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            _ = laboratory.worker.takeCalls()
            let store = laboratory.folder.appending(path: ".store")
            let away = laboratory.folder.appending(path: "away")
            try FileManager.default.moveItem(at: store, to: away)
            try await body(laboratory, FakeSource(try Store(at: FilePath(away.path))))
        }
    }

    @Test("what the store has not comes from elsewhere, a level in one call, and nothing runs")
    func levels() async throws {
        try await with { laboratory, source in
            let ran = try await laboratory.run(source: source)
            #expect(ran.stages(.hit) == Laboratory.all)
            #expect(laboratory.worker.takeCalls() == [])
            #expect(Laboratory.all.allSatisfy { ran.why($0) == "from the remote elsewhere" })
            #expect(source.takeCalls().map(\.count) == [2, 1, 1, 1])
            let again = try await laboratory.run(source: source)
            #expect(again.why("adapter") == "unchanged")
            #expect(source.takeCalls() == [])
        }
    }

    @Test("a key that becomes known when its input ran is looked for then, and none twice")
    func later() async throws {
        try await with { laboratory, source in
            // Two ways to the same text: only one of them is there.
            let text = Laboratory.pipeline.replacing("keep: 3", with: "keep: 4")
            let first = try await laboratory.run(text, source: source)
            #expect(first.stages(.ran) == ["short", "adapter", "scores"])
            #expect(first.why("rows") == "from the remote elsewhere")
            let calls = source.takeCalls().flatMap { $0 }
            #expect(calls.count == 5 && Set(calls).count == 5)
        }
        try await with { laboratory, source in
            // The same text comes of another length: what follows is known again.
            let before = Laboratory.pipeline.replacing("keep: 3", with: "keep: 11")
            let after = Laboratory.pipeline.replacing("keep: 3", with: "keep: 12")
            _ = try await laboratory.run(before, source: nil)
            let ran = try await laboratory.run(after, source: source)
            #expect(ran.stages(.ran) == ["short"])
        }
    }

    @Test("a source that fails is told once, and the run goes on without it", arguments: [0, 1])
    func failure(calls: Int) async throws {
        try await with { laboratory, source in
            source.fail(after: calls)
            let ran = try await laboratory.run(source: source)
            #expect(!ran.summary.hasFailed)
            #expect(ran.stages(.hit) == (calls == 0 ? [] : ["rows", "method"]))
            #expect(ran.findings.split(separator: "the wire is cut").count == 2, "\(ran.findings)")
            #expect(ran.findings.contains("the run goes on without the remote elsewhere"))
            #expect(source.takeCalls().count == calls + 1)
        }
    }

    @Test("a damaged result comes anew, and what was damaged is told")
    func damage() async throws {
        try await with { laboratory, source in
            _ = try await laboratory.run(source: source)
            let ran = try await laboratory.run()
            let artifact = try #require(ran["short"]?.artifact)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: artifact + "/out.txt")
            try Data("damage".utf8).write(to: URL(filePath: artifact + "/out.txt"))
            let mended = try await laboratory.run(source: source)
            #expect(mended.why("short") == "from the remote elsewhere")
            #expect(mended.findings.contains("it came anew from the remote elsewhere"), "\(mended.findings)")
            #expect(try laboratory.output(mended, "short") == "012")
        }
    }

    @Test("what is forced runs, whatever is elsewhere")
    func forced() async throws {
        try await with { laboratory, source in
            let ran = try await laboratory.run(source: source) { $0.forced = ["method"] }
            #expect(ran.stages(.ran) == ["method"])
            #expect(ran.why("adapter") == "from the remote elsewhere")
        }
    }

    @Test("with a run that runs nothing, results come and the rest is said")
    func pull() async throws {
        try await with { laboratory, source in
            let text = Laboratory.pipeline.replacing("epochs: 2", with: "epochs: 3")
            let ran = try await laboratory.run(text, source: source) { $0.isDryRun = true }
            #expect(ran.stages(.hit) == ["rows", "short", "method"])
            #expect(ran.stages(.wouldRun) == ["adapter", "scores"])
            #expect(try laboratory.openStore().runs() == [])
        }
    }
}
