import Foundation
import JSONValues
import TestSupport
import Testing

/// Stages that run a program of the person's own.
@Suite("Command stages", .ownThread, .serialized)
struct CommandStageTests {
    private static let pipeline = """
        version: 1
        name: own
        stages:
          rows:
            uses: data
            with: {source: rows.csv, split: {train: 0.6, validation: 0.2, test: 0.2}}
          shouted:
            uses: command
            from: {raw: rows}
            with:
              command: [sh, shout.sh, raw, "*"]
              files: {shout.sh: scripts/shout.sh}
              environment: {MARK: "!"}
              outputs: [dataset.json, train.jsonl, validation.jsonl, test.jsonl]
              gives: dataset
          tokens:
            uses: tokenize
            from: {dataset: shouted}
            with: {tokenizer: models/tiny, max_length: 12}

        """

    private static let script = """
        echo "argument: $2"
        cp "$1"/* .
        chmod u+w *.jsonl
        sed -i "s/ film/ film$MARK/" train.jsonl
        touch left-over
        """

    private func with(_ pipeline: String = pipeline, _ script: String = script, _ body: (TinyProject) throws -> Void)
        throws
    {
        try TinyProject.with { project in
            try FileManager.default.createDirectory(
                at: project.folder.appending(path: "scripts"), withIntermediateDirectories: true)
            try project.write(script, to: "scripts/shout.sh")
            try project.write(pipeline, to: "p.yaml")
            try body(project)
        }
    }

    @Test("nothing runs unless it is allowed; a hit needs no permission")
    func permission() throws {
        try with { project in
            let refused = try project.run()
            #expect(refused.ended.status == 2)
            #expect(refused.ended.output.contains("which has to be allowed"), "\(refused.ended.output)")
            #expect(project.states(refused.stages) == ["rows": "skipped", "shouted": "failed", "tokens": "skipped"])
            #expect(try StoreCheck(of: project).nested("traces").isEmpty)

            let dry = try project.run("--dry-run")
            #expect(dry.ended.status == 0)
            #expect(project.states(dry.stages)["shouted"] == "would run")

            let allowed = try project.run("--allow-commands")
            #expect(allowed.ended.status == 0, "\(allowed.ended.output)")
            let log = try project.program("log", "last", "shouted")
            #expect(log.output.contains("argument: *"), "\(log.output)")
            let folder = try #require(allowed.stages["shouted"]?["artifact"].stringValue)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
            #expect(names == ["dataset.json", "test.jsonl", "train.jsonl", "validation.jsonl"])
            let train = try String(contentsOfFile: folder + "/train.jsonl", encoding: .utf8)
            #expect(train.contains(" film!"))

            let again = try project.run()
            #expect(again.ended.status == 0)
            #expect(Set(project.states(again.stages).values) == ["hit"])
        }
    }

    @Test("it runs again when its text, an argument or a variable changes, and not when a file is touched")
    func keys() throws {
        try with { project in
            let first = project.digests(try project.run("--allow-commands").stages)
            let script = project.folder.appending(path: "scripts/shout.sh")
            try FileManager.default.setAttributes([.modificationDate: Date.now], ofItemAtPath: script.path)
            #expect(Set(project.states(try project.run().stages).values) == ["hit"])

            try project.write(Self.script + "\n# nothing new\n", to: "scripts/shout.sh")
            let explained = try project.program("explain", "p.yaml", "shouted")
            #expect(explained.output.contains("scripts/shout.sh"), "\(explained.output)")
            let changed = try project.run("--allow-commands")
            #expect(project.states(changed.stages) == ["rows": "hit", "shouted": "ran", "tokens": "hit"])
            #expect(project.digests(changed.stages) == first)

            try project.write(Self.pipeline.replacing(#"MARK: "!""#, with: #"MARK: "?""#), to: "p.yaml")
            let other = try project.run("--allow-commands")
            #expect(project.states(other.stages)["shouted"] == "ran")
            #expect(project.digests(other.stages)["shouted"] != first["shouted"])
        }
    }

    @Test(
        "what goes wrong is told at its place",
        arguments: [
            ("exit 3", "the program ended with code 3", "command:"),
            ("kill -9 $$", "the program was ended by signal 9", "command:"),
            ("cp raw/*.jsonl .", "`dataset.json` is not there", "outputs:"),
            ("cp raw/* . && rm -f test.jsonl && ln -s raw/test.jsonl .", "`test.jsonl` is a link", "outputs:"),
            ("cp raw/* . && echo '{' >>dataset.json", "`dataset.json` of the artifact", "[3/3]"),
        ])
    func faults(script: String, words: String, place: String) throws {
        try with(Self.pipeline, script) { project in
            let ended = try project.program("run", "p.yaml", "--allow-commands", "--threads", "1")
            #expect(ended.status == 1)
            #expect(ended.errors.contains(words) && ended.errors.contains(place), "\(ended.errors)")
        }
    }

    @Test("what can't be right is told before anything runs, all at once")
    func validation() throws {
        let wrong = Self.pipeline.replacing("[sh, shout.sh, raw, \"*\"]", with: "[]")
            .replacing("outputs: [dataset.json, ", with: "outputs: [../dataset.json, /etc/passwd, ")
            .replacing("{raw: rows}", with: "{raw/it: rows}")
        try with(wrong) { project in
            let ended = try project.program("validate", "p.yaml")
            #expect(ended.status == 2)
            for words in [
                "there is no program", "`../dataset.json` is no name", "`/etc/passwd` is no name",
                "`raw/it` can't be the name of an input",
            ] {
                #expect(ended.errors.contains(words), "\(words) in \(ended.errors)")
            }
        }
        try with(Self.pipeline.replacing("gives: dataset", with: "gives: tokens")) { project in
            let ended = try project.program("validate", "p.yaml")
            #expect(ended.status == 2)
            #expect(ended.errors.contains("stage `shouted` gives tokens"), "\(ended.errors)")
        }
        try with(Self.pipeline.replacing("gives: dataset", with: "gives: datasett")) { project in
            let ended = try project.program("validate", "p.yaml")
            #expect(ended.status == 2)
            #expect(ended.errors.contains("a value with a similar name exists: `dataset`"), "\(ended.errors)")
        }
        try with(Self.pipeline.replacing("[sh, ", with: "[no-such-program, ")) { project in
            let ended = try project.program("run", "p.yaml", "--allow-commands")
            #expect(ended.status == 1)
            #expect(ended.errors.contains("there is no program `no-such-program`"), "\(ended.errors)")
        }
    }

    /// A program that tells its own process and one that it starts, and goes on for long.
    private static let sleeper = """
        sleep 300 &
        echo "$$ $!" >"$PIDS"
        trap 'echo stopped >"$PIDS.stopped"; exit 0' TERM
        while true; do sleep 0.05; done
        """

    private enum Ending: CaseIterable { case runnerKilled, workerKilled, stopped }

    @Test("no process of a program outlives its run, however that ends", arguments: Ending.allCases)
    private func orphans(_ ending: Ending) throws {
        try with(Self.pipeline, Self.sleeper) { project in
            let pids = project.folder.appending(path: "pids")
            try project.write(
                Self.pipeline.replacing(#"{MARK: "!"}"#, with: #"{PIDS: "\#(pids.path)"}"#), to: "p.yaml")
            let running = try project.program.start(["run", "p.yaml", "--allow-commands", "--threads", "1"])
            var processes: [Int32] = []
            while processes.count < 2, running.process.isRunning {
                usleep(20_000)
                let text = (try? String(contentsOf: pids, encoding: .utf8)) ?? ""
                processes = text.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
            }
            #expect(processes.count == 2, "\(running.errorsSoFar)")
            switch ending {
            case .runnerKilled: kill(running.process.processIdentifier, SIGKILL)
            case .workerKilled: for worker in Processes.workers(in: project) { kill(worker, SIGKILL) }
            case .stopped: kill(running.process.processIdentifier, SIGINT)
            }
            let ended = try running.wait()
            let expected: [Ending: Int32] = [.runnerKilled: 137, .workerKilled: 1, .stopped: 130]
            #expect(ended.status == expected[ending])
            let deadline = Date.now.addingTimeInterval(10)
            while Date.now < deadline, processes.contains(where: { kill($0, 0) == 0 }) { usleep(20_000) }
            for process in processes { #expect(kill(process, 0) != 0, "process \(process) is left running") }
            let asked = FileManager.default.fileExists(atPath: pids.path + ".stopped")
            #expect(asked == (ending == .stopped))
        }
    }
}
