import Foundation
import JSONValues
import TestSupport
import Testing

/// What goes wrong around a run, and what a person reads then.
@Suite("Faults", .ownThread, .serialized)
struct FaultTests {
    @Test("a stored artifact that was cut off is told, and computed again")
    func damagedArtifact() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let before = project.digests(try project.run().stages)
            let object = try #require(try StoreCheck(of: project).nested("objects").first)
            let folder = object.appending(path: "files")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first)
            let file = folder.appending(path: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            let handle = try FileHandle(forWritingTo: file)
            try handle.truncate(atOffset: 1)
            try handle.close()
            let (ended, stages) = try project.run()
            #expect(ended.status == 0)
            #expect(ended.output.contains("is damaged") && ended.output.contains(name), "\(ended.output)")
            #expect(project.digests(stages) == before)
            #expect(project.states(stages).values.contains("ran"))
            try StoreCheck(of: project).expectWhole("after damage")
        }
    }

    @Test("verify finds what a look at sizes and times can't, sets it aside, and the next run makes it again")
    func verify() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let before = project.digests(try project.run().stages)
            let whole = try project.program("verify")
            #expect(whole.status == 0)
            #expect(whole.errors.contains("all as they should be"), "\(whole.errors)")

            // Another byte in a file of the same size and time.
            let object = try #require(try StoreCheck(of: project).nested("objects").first)
            let folder = object.appending(path: "files")
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().first)
            let file = folder.appending(path: name)
            let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            let handle = try FileHandle(forUpdating: file)
            let byte = try #require(try handle.read(upToCount: 1)?.first)
            try handle.seek(toOffset: 0)
            try handle.write(contentsOf: Data([byte ^ 1]))
            try handle.close()
            try FileManager.default.setAttributes(
                [.modificationDate: try #require(time), .posixPermissions: 0o444], ofItemAtPath: file.path)
            let traces = try StoreCheck(of: project).nested("traces")
            try Data("{".utf8).write(to: try #require(traces.first))

            let dry = try project.program("verify", "--dry-run", "--json")
            #expect(dry.status == 1)
            let faults = try dry.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
            #expect(faults.map { $0["kind"].stringValue } == ["trace", "object"])
            #expect(faults.last?["message"].stringValue == "the content of its file `\(name)` was changed")
            #expect(FileManager.default.fileExists(atPath: object.path))
            let found = try project.program("verify")
            #expect(found.status == 1)
            #expect(!FileManager.default.fileExists(atPath: object.path))
            let after = try project.run()
            #expect(after.ended.status == 0)
            #expect(project.digests(after.stages) == before)
            #expect(try project.program("verify").status == 0)
        }
    }

    @Test("doctor finds what a run would stumble over")
    func doctor() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let fresh = try project.program("doctor")
            #expect(fresh.status == 0, "\(fresh.errors)")
            #expect(fresh.output.contains("none yet"), "\(fresh.output)")
            _ = try project.run()
            let sound = try project.program("doctor")
            #expect(sound.status == 0, "\(sound.errors)")
            #expect(sound.output.contains("LibTorch") && sound.output.contains("2.11"), "\(sound.output)")
            try StoreCheck(of: project).expectWhole("after doctor")

            var broken = project.program
            broken.environment["PEFT_PIPELINE_WORKER"] = "/bin/false"
            let worker = try broken.run(["doctor"])
            #expect(worker.status == 1)
            #expect(worker.errors.contains("/bin/false ended with 1"), "\(worker.errors)")
            try project.write("99\n", to: ".peft-pipeline/format")
            let newer = try project.program("doctor")
            #expect(newer.status == 1)
            #expect(newer.errors.contains("newer version"), "\(newer.errors)")
        }
    }

    @Test("a store of a newer format is refused in words, and left alone")
    func newerFormat() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            try FileManager.default.createDirectory(
                at: project.folder.appending(path: ".peft-pipeline"), withIntermediateDirectories: false)
            try project.write("99\n", to: ".peft-pipeline/format")
            let ended = try project.run().ended
            #expect(ended.status == 2)
            #expect(ended.errors.contains("was written by a newer version of peft-pipeline (format 99"))
            #expect(ended.errors.contains("help: update peft-pipeline"))
            let root = StoreCheck(of: project).root.path
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["format"])
        }
    }

    @Test("an input that changes while its stage runs is told, and the result is not kept")
    func changedInput() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let running = try project.program.start(["run", "p.yaml", "--json", "--threads", "1", "--only", "rows"])
            // The worker for `rows` is held still while its input changes.
            var worker: Int32?
            while worker == nil, running.process.isRunning { worker = Processes.workers(in: project).first }
            let held = try #require(worker)
            kill(held, SIGSTOP)
            let rows = project.folder.appending(path: "rows.csv")
            let text = try String(contentsOf: rows, encoding: .utf8)
            try project.write(text.replacing("the awful", with: "an awful"), to: "rows.csv")
            kill(held, SIGCONT)
            let ended = try running.wait()
            #expect(ended.status == 1)
            #expect(ended.output.contains("was changed while it ran, so its result is not kept"), "\(ended.output)")
            #expect(try StoreCheck(of: project).nested("traces").isEmpty)
            #expect(try project.run().ended.status == 0)
        }
    }

    @Test("a store on a file system that is read-only serves what it has, and says why it cannot add to it")
    func readOnly() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            #expect(try project.run().ended.status == 0)
            let changed = KillTests.cheap.replacing("lora_alpha: 8", with: "lora_alpha: 16")
            try project.write(changed, to: "changed.yaml")
            let script = """
                mount --bind .peft-pipeline .peft-pipeline && mount -o remount,ro,bind .peft-pipeline || exit 77
                "$0" run p.yaml --json --threads 1 >hits 2>&1 || exit 78
                "$0" run changed.yaml --json --threads 1 >refusal 2>&1
                """
            let status = try shell(script, in: project, namespace: true)
            guard status != 77 else { return print("skipped: a read-only mount needs the right to mount") }
            #expect(status == 1)
            #expect(Set(project.states(try TinyProject.stages(try text("hits", project))).values) == ["hit"])
            #expect(try text("refusal", project).contains("read-only file system"))
        }
    }

    @Test("a file system that fills up, whatever is written then, is told; with space again the run finishes")
    func fullFileSystem() throws {
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            // From hardly anything to almost enough: it is full at the journal, a work folder, an object or a trace.
            let script = """
                mkdir .peft-pipeline && mount -t tmpfs -o size=4k,nr_inodes=4096 none .peft-pipeline || exit 77
                for size in 8 16 24 32 48 64 80 96; do
                  mount -o remount,size=${size}k .peft-pipeline
                  "$0" run p.yaml --json --threads 1 >"full-$size" 2>&1
                  echo "$?" >>"full-$size"
                done
                mount -o remount,size=8m .peft-pipeline
                "$0" run p.yaml --json --threads 1 >finished 2>errors || exit 78
                cp -a .peft-pipeline copy
                umount .peft-pipeline && rmdir .peft-pipeline && mv copy .peft-pipeline
                """
            let status = try shell(script, in: project, namespace: true)
            guard status != 77 else { return print("skipped: a file system in memory needs the right to mount") }
            #expect(status == 0)
            var refusals = 0
            for size in [8, 16, 24, 32, 48, 64, 80, 96] {
                let told = try text("full-\(size)", project)
                guard told.hasSuffix("\n1\n") || told == "1\n" else { continue }
                refusals += 1
                #expect(told.localizedCaseInsensitiveContains("space"), "\(size)k: \(told)")
            }
            #expect(refusals > 0)
            #expect(try TinyProject.stages(try text("finished", project)).count == 3)
            try StoreCheck(of: project).expectWhole("after a full disk")
        }
    }

    @Test("a clock that was set back costs nothing and loses nothing")
    func clockSetBack() throws {
        try TinyProject.with { project in
            let expected = project.digests(try project.run().stages)
            var early = project.program
            let clock = Program.buildFolder.appending(path: "libShiftedClock.so").path
            try #require(FileManager.default.fileExists(atPath: clock))
            early.environment = ["LD_PRELOAD": clock, "SHIFTED_CLOCK_SECONDS": "-86400"]
            let arguments = ["run", "p.yaml", "--json", "--threads", "1"]
            let again = try early.run(arguments)
            #expect(again.status == 0, "\(again.output)\(again.errors)")
            #expect(Set(project.states(try TinyProject.stages(again.output)).values) == ["hit"])

            // The clock really is another one: the run of now has the name of yesterday.
            let runs = try project.program("runs", "--json").output.split(separator: "\n").map {
                try JSONValue(parsing: $0)["run"].stringValue ?? ""
            }
            #expect(Set(runs.map { $0.prefix(10) }).count == 2, "\(runs)")

            // A file that changed is seen, though its times are of the future.
            let rows = try String(contentsOf: project.folder.appending(path: "rows.csv"), encoding: .utf8)
            try project.write(rows.replacing("the awful", with: "an awful"), to: "rows.csv")
            #expect(project.states(try TinyProject.stages(try early.run(arguments).output))["rows"] == "ran")
            try project.write(rows, to: "rows.csv")
            let back = try early.run(arguments)
            #expect(project.digests(try TinyProject.stages(back.output)) == expected)

            // What was used in the future is in use.
            let garbage = try early.run(["gc", "--keep-days", "0"])
            #expect(garbage.status == 0, "\(garbage.errors)")
            #expect(project.digests(try TinyProject.stages(try early.run(arguments).output)) == expected)
            try StoreCheck(of: project).expectWhole("after a clock was set back")
        }
    }

    @Test("a limit on the size of files, wherever it strikes, is told, and leaves nothing half-written")
    func fileSizeLimit() throws {
        try TinyProject.with { project in
            // From hardly a task file to almost the base model. The unit is 512 bytes.
            let script = """
                for blocks in 1 2 4 8 16 32 64 128 256; do
                  # What it tells goes through a pipe: its own output may be long.
                  { (ulimit -f $blocks && exec "$0" run p.yaml --json --threads 1); echo "$?"; } 2>&1 |
                    cat >"limit-$blocks"
                done
                """
            #expect(try shell(script, in: project, namespace: false) == 0)
            var refusals = 0
            for blocks in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
                let told = try text("limit-\(blocks)", project)
                guard !told.hasSuffix("\n0\n") else { continue }
                refusals += 1
                #expect(told.hasSuffix("\n1\n"), "\(blocks): \(told.suffix(2000))")
                #expect(told.lowercased().contains("file too large"), "\(blocks): \(told.suffix(2000))")
                #expect(!told.contains("NSCocoaErrorDomain"), "\(blocks): \(told.suffix(2000))")
            }
            #expect(refusals > 2)
            try StoreCheck(of: project).expectWhole("under a limit")
            #expect(try project.run().ended.status == 0)
            try StoreCheck(of: project).expectWhole("after a limit")
            try StoreCheck(of: project).expectTidy("after a limit")
        }
    }

    @Test("an optimised build has nothing that ends it where a test wants")
    func optimisedBuild() throws {
        let program = Program.packageFolder.appending(path: ".build/release/peft-pipeline")
        guard let binary = FileManager.default.contents(atPath: program.path) else {
            return print("skipped: there is no optimised build; `make crash` makes one")
        }
        #expect(binary.range(of: Data("PEFT_PIPELINE_KILL".utf8)) == nil)
        try TinyProject.with(pipeline: KillTests.cheap) { project in
            let process = Process()
            process.executableURL = program
            process.arguments = ["run", "p.yaml", "--threads", "1"]
            process.currentDirectoryURL = project.folder
            process.environment = ProcessInfo.processInfo.environment.merging(["PEFT_PIPELINE_KILL_AT": "5"]) { $1 }
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        }
    }

    // MARK: - Helpers

    private func text(_ name: String, _ project: TinyProject) throws -> String {
        try String(contentsOf: project.folder.appending(path: name), encoding: .utf8)
    }

    /// Runs a script in the project's folder, `$0` being the program; with `namespace` its mounts are its own.
    private func shell(_ script: String, in project: TinyProject, namespace: Bool) throws -> Int32 {
        let program = Program.buildFolder.appending(path: "peft-pipeline").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        let inner = #"exec unshare -m /bin/sh -c "$1" "$0""#
        process.arguments =
            namespace
            ? ["-c", "unshare -m true 2>/dev/null || exit 77; \(inner)", program, script] : ["-c", script, program]
        process.currentDirectoryURL = project.folder
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
