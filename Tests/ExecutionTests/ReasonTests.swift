import Foundation
import Pipelines
import StageInterface
import Store
import SystemPackage
import Testing

@testable import Execution

/// The words for what happens to a stage, and that they are the same before the run as in it.
@Suite("Reasons")
struct ReasonTests {
    private let pipeline = Laboratory.pipeline

    /// The reasons by stage: what an assessment says, after checking that a dry run and a run agree with it.
    private func reasons(_ laboratory: Laboratory, _ text: String = Laboratory.pipeline) async throws -> [String:
        String]
    {
        let assessments = try laboratory.assess(text)
        _ = laboratory.worker.takeCalls()
        let dry = try await laboratory.run(text) { $0.isDryRun = true }
        #expect(laboratory.worker.takeCalls().isEmpty)
        #expect(dry.stages(.hit) == assessments.filter(\.isHit).map(\.stage.name))
        #expect(dry.summary.count(.hit) + dry.summary.count(.wouldRun) == assessments.count)
        for assessment in assessments { #expect(dry.why(assessment.stage.name) == assessment.reasons.line) }

        let run = try await laboratory.run(text)
        for assessment in assessments where assessment.waitsFor.isEmpty {
            #expect(run.why(assessment.stage.name) == assessment.reasons.line)
        }
        return Dictionary(uniqueKeysWithValues: assessments.map { ($0.stage.name, $0.reasons.line) })
    }

    @Test("a first run is one, and what depends on it comes after")
    func firstRun() async throws {
        try await Laboratory.with { laboratory in
            let first = try await reasons(laboratory)
            #expect(
                first == [
                    "rows": "first run", "short": "after rows", "method": "first run", "adapter": "after short, method",
                    "scores": "after adapter, short",
                ])
            let second = try await reasons(laboratory)
            #expect(Set(second.values) == ["unchanged"])
        }
    }

    @Test("a changed parameter is shown old → new with its line, and beside it others")
    func parameters() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let changed = pipeline.replacing("r: 8", with: "r: 4").replacing("lora_alpha: 16", with: "lora_alpha: 32")
                .replacing("lora_alpha: 32", with: "lora_alpha: 32\n      target_modules: [query, key]")
            let reasons = try await reasons(laboratory, changed)
            #expect(
                reasons["method"]
                    == """
                    lora_alpha 16 → 32 (p.yaml:15); r 8 → 4 (p.yaml:14); \
                    target_modules ["query","value"] → ["query","key"] (p.yaml:16)
                    """)
            #expect(reasons["adapter"] == "after method")
            // A default that holds again is at the line of the mapping that could say otherwise.
            _ = try await laboratory.run(pipeline.replacing("lora_alpha: 16", with: "lora_alpha: 64"))
            let defaults = try await self.reasons(
                laboratory, pipeline.replacing("r: 8\n      lora_alpha: 16", with: "r: 2"))
            #expect(defaults["method"] == "lora_alpha 64 → 16 (p.yaml:13); r 8 → 2 (p.yaml:14)")
        }
    }

    @Test("in the run itself, a stage is told which of its inputs changed")
    func inputs() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let run = try await laboratory.run(pipeline.replacing("keep: 3", with: "keep: 4"))
            #expect(run.why("short") == "keep 3 → 4 (p.yaml:10)")
            #expect(run.why("adapter") == "text (stage short) changed")
            #expect(run.why("scores") == "left (stage adapter) changed; right (stage short) changed")
            let without = try await laboratory.run(
                pipeline.replacing("keep: 3", with: "keep: 4").replacing(", right: short", with: ""))
            #expect(without.why("scores") == "input right is gone")
            let more = try await laboratory.run(
                pipeline.replacing("left: adapter, right: short", with: "left: adapter, right: rows"))
            #expect(more.why("scores") == "left (stage adapter) changed; input right is new")
        }
    }

    @Test("an input that is read twice from one stage is waited for once")
    func sameStageTwice() async throws {
        try await Laboratory.with { laboratory in
            let twice = pipeline.replacing("left: adapter, right: short", with: "left: short, right: short")
            let reasons = try await reasons(laboratory, twice)
            #expect(reasons["scores"] == "after short")
        }
    }

    @Test("files are named as the pipeline spells them: changed, new, gone, others")
    func files() async throws {
        try await Laboratory.with { laboratory in
            func text(_ path: String) -> String {
                """
                version: 1
                name: files
                stages:
                  rows:
                    uses: source
                    with: {path: \(path)}
                  model:
                    uses: folder
                    with: {model: small}
                """
            }
            try laboratory.write("1", to: "a.txt")
            try laboratory.write("2", to: "b.txt")
            try laboratory.write("3", to: "small/config.txt")
            var reasons = try await self.reasons(laboratory, text("[a.txt, b.txt]"))
            #expect(reasons["rows"] == "first run")

            try laboratory.write("4", to: "b.txt")
            try laboratory.write("5", to: "small/vocab.txt")
            try laboratory.write("6", to: "small/README.md")
            reasons = try await self.reasons(laboratory, text("[a.txt, b.txt]"))
            #expect(reasons == ["rows": "b.txt changed", "model": "small/vocab.txt is new"])

            try laboratory.write("7", to: "small/config.txt")
            try FileManager.default.removeItem(at: laboratory.folder.appending(path: "small/vocab.txt"))
            reasons = try await self.reasons(laboratory, text("b.txt"))
            #expect(
                reasons == [
                    "rows": "path other files → b.txt (p.yaml:6)",
                    "model": "small/config.txt changed; small/vocab.txt is gone",
                ])
            reasons = try await self.reasons(laboratory, text("b.txt, header: a.txt"))
            #expect(reasons["rows"] == "header none → a.txt (p.yaml:6)")
        }
    }

    @Test("what is forced says so")
    func forced() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let run = try await laboratory.run { $0.forced = ["short"] }
            #expect(run.stages(.ran) == ["short"])
            #expect(run.why("short") == "forced")
            #expect(run.stages(.hit) == ["rows", "method", "adapter", "scores"])
            let dry = try await laboratory.run {
                $0.forced = ["short"]
                $0.isDryRun = true
            }
            #expect(dry.why("short") == "forced")
            #expect(dry.why("adapter") == "after short")
        }
    }

    @Test("a result that is gone or damaged is computed again, and said")
    func faults() async throws {
        try await Laboratory.with { laboratory in
            let first = try await laboratory.run()
            let store = laboratory.folder.appending(path: ".store")
            let digest = try #require(first["short"]?.digest)
            let object = store.appending(path: "objects/\(digest.prefix(2))/\(digest)")
            let file = object.appending(path: "files/out.txt").path
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            try Data("999".utf8).write(to: URL(filePath: file))

            let run = try await laboratory.run()
            #expect(run.stages(.ran) == ["short"])
            let words =
                "the stored output `output` (\(digest.prefix(12))) is damaged: the content of its file `out.txt` was changed"
            #expect(run.why("short") == words)
            #expect(run.findings == "warning: stage `short`: \(words); it is computed again")
            #expect(run["short"]?.digest == digest)
            #expect(try laboratory.output(run, "short") == "012")

            try FileManager.default.removeItem(at: store.appending(path: "objects"))
            var reasons = try await self.reasons(laboratory)
            #expect(
                reasons["rows"] == "the stored output `output` (\(first["rows"]?.digest?.prefix(12) ?? "")) is gone")
            try FileManager.default.removeItem(at: store.appending(path: "traces"))
            reasons = try await self.reasons(laboratory, pipeline.replacing("lora_alpha: 16", with: "lora_alpha: 17"))
            #expect(
                reasons == [
                    "rows": "its result is no longer in the store", "short": "after rows",
                    "method": "changed since the last run, whose record is no longer in the store",
                    "adapter": "after short, method", "scores": "after adapter, short",
                ])
        }
    }

    @Test("a stage that was stopped before it ever ended has its first run again")
    func stopped() async throws {
        try await Laboratory.with { laboratory in
            laboratory.worker.on("adapter") { _, _ in StageResult(status: .stopped) }
            let ended = try await laboratory.run()
            #expect(ended.state("adapter") == .stopped)
            laboratory.worker.resetBehaviours()
            let ended2 = try await laboratory.run()
            #expect(ended2.why("adapter") == "first run")
        }
    }
}
