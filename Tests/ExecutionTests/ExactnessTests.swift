import Foundation
import JSONValues
import StageInterface
import Testing

@testable import Execution

/// What runs again after a change, and what does not.
@Suite("Exact reruns")
struct ExactnessTests {
    private let pipeline = Laboratory.pipeline

    @Test("the first run runs all, the second nothing")
    func hits() async throws {
        try await Laboratory.with { laboratory in
            let first = try await laboratory.run()
            #expect(first.stages(.ran) == Laboratory.all)
            #expect(Set(laboratory.worker.takeCalls()) == Set(Laboratory.all))
            #expect(try laboratory.output(first, "scores").hasPrefix("trained(012, {"))
            #expect(first["rows"]?.report.metrics == ["count": 10])

            let second = try await laboratory.run()
            #expect(second.stages(.hit) == Laboratory.all)
            #expect(laboratory.worker.takeCalls().isEmpty)
            #expect(second.summary.records.map(\.digest) == first.summary.records.map(\.digest))
            #expect(second["rows"]?.report == first["rows"]?.report)
            #expect(try laboratory.assess().allSatisfy(\.isHit))
        }
    }

    @Test("a parameter reruns the stage that reads it and what depends on it; back again is a hit")
    func parameter() async throws {
        try await Laboratory.with { laboratory in
            let first = try await laboratory.run()
            let changed = try await laboratory.run(pipeline.replacing("lora_alpha: 16", with: "lora_alpha: 32"))
            #expect(changed.stages(.ran) == ["method", "adapter", "scores"])
            #expect(changed.stages(.hit) == ["rows", "short"])
            #expect(changed["scores"]?.digest != first["scores"]?.digest)

            let back = try await laboratory.run()
            #expect(back.stages(.hit) == Laboratory.all)
            #expect(back.why("adapter") == "as in an earlier run")
            #expect(back.why("short") == "unchanged")
            #expect(back["scores"]?.digest == first["scores"]?.digest)
        }
    }

    @Test("a stage that gives the same as before stops the rerun there")
    func earlyCutoff() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            try laboratory.write("0129999", to: "rows.txt")
            let changed = try await laboratory.run()
            #expect(changed.stages(.ran) == ["rows", "short"])
            #expect(changed.stages(.hit) == ["method", "adapter", "scores"])
            #expect(changed.why("adapter") == "unchanged")
        }
    }

    @Test("what no stage reads reruns nothing")
    func notRead() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            _ = laboratory.worker.takeCalls()
            try laboratory.write("0123456789", to: "copy.txt")
            for (old, new) in [
                ("name: small", "name: small  # a comment"), ("stages:", "description: other words\nstages:"),
                ("name: small", "name: renamed"), ("adapter", "trained"), ("      r: 8\n", ""), ("r: 8", "r: 8.0"),
                ("lora_alpha: 16", "lora_alpha: 1.6e1"),
                ("r: 8", "r: 8\n      target_modules: [query, value]"), ("rows.txt", "./rows.txt"),
                ("rows.txt", "copy.txt"), ("epochs: 2", "epochs: 2, save_steps: 7"),
            ] {
                let again = try await laboratory.run(pipeline.replacing(old, with: new))
                #expect(again.summary.count(.hit) == 5, "\(old) → \(new)")
            }
            #expect(laboratory.worker.takeCalls().isEmpty)
        }
    }

    @Test("neither the file's name nor how it is run reruns anything")
    func manner() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let again = try await laboratory.run(as: "folder/other.yaml") { options in
                options.jobs = 7
                options.keepsGoing = true
                options.toolVersion = "other"
            }
            #expect(again.stages(.hit) == Laboratory.all)
            #expect(again.why("adapter") == "unchanged")
        }
    }

    @Test("a pipeline that is renamed finds its results, and says that it never ran them")
    func renamed() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let renamed = pipeline.replacing("name: small", with: "name: renamed")
            let ended = try await laboratory.run(renamed)
            #expect(ended.why("adapter") == "as in an earlier run")
            let ended2 = try await laboratory.run(renamed)
            #expect(ended2.why("adapter") == "unchanged")
            let changed = try await laboratory.run(renamed.replacing("epochs: 2", with: "epochs: 3"))
            #expect(changed.why("adapter") == "epochs 2 → 3 (p.yaml:19)")
        }
    }

    @Test("touching an input reruns nothing, its content does")
    func touched() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let file = laboratory.folder.appending(path: "rows.txt").path
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file)
            let ended3 = try await laboratory.run()
            #expect(ended3.stages(.hit) == Laboratory.all)
            try laboratory.write("abcdefghij", to: "rows.txt")
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file)
            let ended4 = try await laboratory.run()
            #expect(ended4.stages(.ran) == ["rows", "short", "adapter", "scores"])
        }
    }

    @Test("a new version of a stage kind's implementation reruns that kind and what gets other bytes from it")
    func version() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            let catalogue = SmallCatalogue.kinds.map { $0.kind == "train" ? SmallCatalogue.train(version: 2) : $0 }
            let again = try await laboratory.run(catalogue: catalogue)
            #expect(again.stages(.ran) == ["adapter"])
            #expect(again.why("adapter") == "the stage kind's implementation changed (1 → 2)")
        }
    }

    @Test("the numerics class is part of the key of what computes, and of nothing else")
    func numerics() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            var numerics = Laboratory.numerics
            numerics.threads = 4
            let again = try await laboratory.run(numerics: numerics)
            #expect(again.stages(.ran) == ["adapter"])
            #expect(again.why("adapter") == "threads 2 → 4")
        }
    }

    @Test("a file's extension is part of the key where the stage goes by it")
    func fileExtension() async throws {
        try await Laboratory.with { laboratory in
            _ = try await laboratory.run()
            try laboratory.write("0123456789", to: "rows.md")
            let again = try await laboratory.run(pipeline.replacing("rows.txt", with: "rows.md"))
            #expect(again.stages(.ran) == ["rows"])
            #expect(again.why("rows") == "path.extension txt → md (p.yaml:6)")
        }
    }
}
