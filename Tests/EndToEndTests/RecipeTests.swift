import Foundation
import JSONValues
import Stages
import TestSupport
import Testing

/// Locks and recipes, through the built programs.
@Suite("Recipes", .ownThread, .serialized)
struct RecipeTests {
    /// A sweep's fragment, a parameter, and a pipeline in a folder of its own.
    private static let fragment = """
        params: {r: 4}
        stages:
          method: {uses: lora, with: {r: $(r), lora_alpha: 8, target_modules: [query, value]}}

        """

    private func with(_ body: (TinyProject) throws -> Void) throws {
        try TinyProject.with { project in
            let folder = project.folder.appending(path: "pipelines")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.removeItem(at: project.folder.appending(path: "p.yaml"))
            let own = TinyProject.pipeline(method: TinyProject.lora)
                .replacing("      method: \(TinyProject.lora)\n", with: "")
                .replacing("  method: \(TinyProject.lora)\n", with: "")
                .replacing("name: tiny\n", with: "name: tiny\ninclude: [method.yaml]\n")
            try project.write(own, to: "pipelines/tiny.yaml")
            try project.write(Self.fragment, to: "pipelines/method.yaml")
            try body(project)
        }
    }

    private func run(_ project: TinyProject, _ arguments: String...) throws -> Program.Ended {
        try project.program.run(arguments)
    }

    @Test("lock, export, import and reproduce: the same bytes in another folder")
    func wholeWay() throws {
        try with { project in
            let early = try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1")
            #expect(early.status == 2)
            #expect(early.errors.contains("out of date"), "\(early.errors)")
            #expect(try run(project, "run", "pipelines/tiny.yaml", "--threads", "1", "--set", "r=2").status == 0)
            #expect(
                try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1", "--set", "r=2").status == 0)
            let lockFile = project.folder.appending(path: "pipelines/peft-pipeline.lock")
            let lock = try String(contentsOf: lockFile, encoding: .utf8)
            #expect(!lock.contains(project.folder.path))
            let again = try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1", "--set", "r=2")
            #expect(again.errors.contains("as before"))
            #expect(try String(contentsOf: lockFile, encoding: .utf8) == lock)

            // The lock keeps its parameters: nothing else is given.
            let here = try run(project, "reproduce", "pipelines/tiny.yaml", "--force")
            #expect(here.status == 0, "\(here.output)\(here.errors)")
            #expect(here.errors.contains("every digest as locked"))

            let exported = try run(project, "export", "pipelines/tiny.yaml", "-o", "a.recipe")
            #expect(exported.status == 0, "\(exported.errors)")
            #expect(try run(project, "export", "pipelines/tiny.yaml", "-o", "b.recipe").status == 0)
            let bytes = try Data(contentsOf: project.folder.appending(path: "a.recipe"))
            #expect(try Data(contentsOf: project.folder.appending(path: "b.recipe")) == bytes)

            let imported = try run(project, "import", "a.recipe", "--into", "elsewhere/new")
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.errors.contains("peft-pipeline reproduce pipelines/tiny.yaml"))
            let other = Program(folder: project.folder.appending(path: "elsewhere/new"))
            let reproduced = try other("reproduce", "pipelines/tiny.yaml", "--json")
            #expect(reproduced.status == 0, "\(reproduced.output)\(reproduced.errors)")
            let verdicts = try reproduced.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
                .filter { $0["event"] == "compared" }
            #expect(verdicts.count == 6)
            #expect(verdicts.allSatisfy { $0["verdict"] == "same" && $0["computed"] == true })
        }
    }

    @Test("results travel with a recipe, and what is too large is named with its digest")
    func results() throws {
        try with { project in
            #expect(try run(project, "run", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            #expect(try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            let exported = try run(
                project, "export", "pipelines/tiny.yaml", "-o", "a.recipe", "--results", "--threads", "1",
                "--max-file-size", "10kB")
            #expect(exported.status == 0, "\(exported.errors)")
            #expect(exported.errors.contains("does not have models/tiny/model.safetensors"), "\(exported.errors)")
            #expect(try run(project, "import", "a.recipe", "--into", "new").status == 0)
            let other = TinyProject(program: Program(folder: project.folder.appending(path: "new")))
            let model = "models/tiny/model.safetensors"
            try FileManager.default.copyItem(
                at: project.folder.appending(path: model), to: other.folder.appending(path: model))
            let run = try other.program("run", "pipelines/tiny.yaml", "--json", "--threads", "1")
            #expect(Set(other.states(try TinyProject.stages(run.output)).values) == ["hit"])
            #expect(!FileManager.default.fileExists(atPath: other.folder.appending(path: "results").path))
            try StoreCheck(of: other).expectWhole("after an import")
            #expect(try other.program("verify").status == 0)
        }
    }

    @Test("what differs is told, by stage and figure; another numerics class is no fault")
    func differences() throws {
        try with { project in
            #expect(try run(project, "run", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            #expect(try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            let rows = try String(contentsOf: project.folder.appending(path: "rows.csv"), encoding: .utf8)
            try project.write(rows.replacing("the awful", with: "an awful"), to: "rows.csv")
            let changed = try run(project, "reproduce", "pipelines/tiny.yaml")
            #expect(changed.status == 1)
            #expect(changed.errors.contains("rows.csv is not the file that was locked"), "\(changed.errors)")
            #expect(changed.errors.contains("not reproduced"))
            #expect(changed.output.contains("other bytes"))
            try project.write(rows, to: "rows.csv")

            // As if it had been locked on a machine whose sums are made in another order.
            let lockFile = project.folder.appending(path: "pipelines/peft-pipeline.lock")
            var lock = try JSONValue(parsing: Array(try Data(contentsOf: lockFile)))
            lock["pipelines"]["tiny.yaml"]["numerics"]["library"] = "0.0.1"
            lock["pipelines"]["tiny.yaml"]["stages"]["adapter"]["output"] = .string(String(repeating: "a", count: 64))
            lock["pipelines"]["tiny.yaml"]["stages"]["scores"]["output"] = .string(String(repeating: "b", count: 64))
            lock["pipelines"]["tiny.yaml"]["stages"]["scores"]["figures"]["accuracy"] = 0.25
            try Data((try lock.pretty).utf8).write(to: lockFile)
            let allowed = try run(project, "reproduce", "pipelines/tiny.yaml")
            #expect(allowed.status == 0, "\(allowed.output)\(allowed.errors)")
            #expect(allowed.output.contains("accuracy 0.2500 → "), "\(allowed.output)")
            #expect(allowed.errors.contains("LibTorch 0.0.1 → "), "\(allowed.errors)")

            lock["pipelines"]["tiny.yaml"]["stages"]["rows"]["output"] = .string(String(repeating: "c", count: 64))
            try Data((try lock.pretty).utf8).write(to: lockFile)
            #expect(try run(project, "reproduce", "pipelines/tiny.yaml").status == 1)
        }
    }

    @Test("mistakes are told in words")
    func mistakes() throws {
        try with { project in
            let none = try run(project, "reproduce", "pipelines/tiny.yaml")
            #expect(none.status == 2)
            #expect(none.errors.contains("there is no pipelines/peft-pipeline.lock"), "\(none.errors)")
            try project.write("{", to: "pipelines/peft-pipeline.lock")
            #expect(try run(project, "reproduce", "pipelines/tiny.yaml").errors.contains("is no lock"))
            try project.write(#"{"lock": 9}"#, to: "pipelines/peft-pipeline.lock")
            #expect(try run(project, "reproduce", "pipelines/tiny.yaml").errors.contains("update peft-pipeline"))
            #expect(try run(project, "import", "missing.recipe").status == 2)
            try project.write("hello", to: "bad.recipe")
            let bad = try run(project, "import", "bad.recipe")
            #expect(bad.status == 2)
            #expect(bad.errors.contains("bad.recipe"), "\(bad.errors)")
            let outside = try run(project, "export", "pipelines/tiny.yaml", "--project", "models")
            #expect(outside.status == 2, "\(outside.errors)")
        }
    }

    @Test("gc keeps what a lock names")
    func garbage() throws {
        try with { project in
            #expect(try run(project, "run", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            #expect(try run(project, "lock", "pipelines/tiny.yaml", "--threads", "1").status == 0)
            #expect(try run(project, "run", "pipelines/tiny.yaml", "--threads", "1", "--set", "r=2").status == 0)
            let plan = try run(project, "gc", "--keep-days", "0", "--dry-run", "--json")
            #expect(plan.status == 0)
            #expect(plan.output.isEmpty, "\(plan.output)")
            try FileManager.default.removeItem(at: project.folder.appending(path: "pipelines/peft-pipeline.lock"))
            sleep(2)
            let without = try run(project, "gc", "--keep-days", "0", "--dry-run", "--json")
            #expect(without.output.contains("\"trace\""), "\(without.output)")
        }
    }
}
