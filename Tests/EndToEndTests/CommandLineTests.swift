import Foundation
import JSONValues
import TestSupport
import Testing

/// The command as a person meets it: without arguments, with wrong ones, with a pipeline that is wrong.
@Suite("The command line", .ownThread)
struct CommandLineTests {
    private static let pipeline = """
        version: 1
        name: reviews
        params:
          seed: 13   # of the split
        stages:
          reviews:
            uses: data
            with:
              source: data/reviews.csv
              split: {train: 0.8, test: 0.2, seed: $(seed)}
          other:
            uses: data
            with:
              source: data/reviews.csv
              split: {train: 1.0}

        """

    /// A project folder with a pipeline and forty rows.
    private func withProject(_ body: (Program) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                at: folder.appending(path: "data"), withIntermediateDirectories: true)
            let rows = (0..<40).map { "row number \($0),\($0 % 2)\n" }.joined()
            try Data(("text,label\n" + rows).utf8).write(to: folder.appending(path: "data/reviews.csv"))
            try Data(Self.pipeline.utf8).write(to: folder.appending(path: "p.yaml"))
            try body(Program(folder: folder))
        }
    }

    private func states(_ ended: Program.Ended) throws -> [String: String] {
        let events = try ended.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
        return Dictionary(
            uniqueKeysWithValues: events.filter { $0["event"] == "finished" }.map {
                ($0["stage"].stringValue ?? "", $0["state"].stringValue ?? "")
            })
    }

    @Test("without arguments there is help, with examples")
    func noArguments() throws {
        try withProject { program in
            let ended = try program()
            #expect(ended.status == 0)
            #expect(ended.output.contains("peft-pipeline run pipelines/sentiment.yaml"))
        }
    }

    @Test(
        "what is wrong with the arguments ends with 2 and says how it is used",
        arguments: [
            ["fly"], ["run"], ["run", "p.yaml", "--jobs", "0"], ["run", "p.yaml", "--set", "seed"],
            ["run", "p.yaml", "--only", "review"],
        ])
    func usage(arguments: [String]) throws {
        try withProject { program in
            let ended = try program.run(arguments)
            #expect(ended.status == 2)
            #expect(ended.output.isEmpty)
            #expect(ended.errors.lowercased().contains("error: "))
        }
    }

    @Test("a pipeline that is not there is said in words, with those that are")
    func missingPipeline() throws {
        try withProject { program in
            let ended = try program("validate", "q.yaml")
            #expect(ended.status == 2)
            #expect(
                ended.errors
                    == "error: there is no pipeline q.yaml\nhelp: a pipeline with a similar name exists: `p.yaml`\n")
            let files = FileManager.default
            try files.createDirectory(
                at: program.folder.appending(path: "pipelines"), withIntermediateDirectories: false)
            try files.moveItem(
                at: program.folder.appending(path: "p.yaml"), to: program.folder.appending(path: "pipelines/p.yaml"))
            let stageAlone = try program("explain", "reviews")
            #expect(stageAlone.status == 2)
            #expect(
                stageAlone.errors
                    == "error: there is no pipeline reviews\nhelp: the only pipeline is `pipelines/p.yaml`\n")
        }
    }

    @Test("all errors of a pipeline are shown at once, each with its place")
    func errors() throws {
        try withProject { program in
            let wrong = Self.pipeline.replacing("split: {train: 1.0}", with: "splitt: {train: 1.0}")
                .replacing(
                    "uses: data\n    with:\n      source: data/reviews.csv\n      split: {train: 0.8",
                    with: "uses: data\n    with:\n      source: data/review.csv\n      split: {train: lots")
            try Data(wrong.utf8).write(to: program.folder.appending(path: "p.yaml"))
            let ended = try program("run", "p.yaml")
            #expect(ended.status == 2)
            #expect(ended.errors.contains("p.yaml:9:15"))
            #expect(ended.errors.contains("p.yaml:10:22"))
            #expect(ended.errors.contains("p.yaml:15:7"))
            #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: ".peft-pipeline").path))
        }
    }

    @Test("the second run does nothing, whatever is changed that no stage reads")
    func hits() throws {
        try withProject { program in
            let first = try program("run", "p.yaml", "--json")
            #expect(first.status == 0, "\(first.errors)")
            #expect(try states(first) == ["reviews": "ran", "other": "ran"])

            let commented = Self.pipeline.replacing("# of the split", with: "# of the shuffle")
            try Data(commented.utf8).write(to: program.folder.appending(path: "renamed.yaml"))
            let data = program.folder.appending(path: "data/reviews.csv")
            try FileManager.default.setAttributes([.modificationDate: Date.now], ofItemAtPath: data.path)
            for arguments in [
                ["run", "p.yaml"], ["run", "renamed.yaml"], ["run", "p.yaml", "--jobs", "1"],
                ["run", "p.yaml", "--set", "seed=13"], ["run", "p.yaml", "--threads", "7"],
            ] {
                let again = try program.run(arguments + ["--json"])
                #expect(again.status == 0)
                #expect(try states(again) == ["reviews": "hit", "other": "hit"], "\(arguments)")
            }
            #expect(try program("status", "p.yaml").status == 0)
        }
    }

    @Test("a change reruns what reads it, and explain says why with the line")
    func change() throws {
        try withProject { program in
            #expect(try program("run", "p.yaml").status == 0)
            let changed = Self.pipeline.replacing("seed: 13", with: "seed: 14")
            try Data(changed.utf8).write(to: program.folder.appending(path: "p.yaml"))

            let explained = try program("explain", "p.yaml", "reviews")
            #expect(explained.output.contains("split.seed 13 → 14 (p.yaml:"))
            #expect(try program("status", "p.yaml").status == 3)
            let dry = try program("run", "p.yaml", "--dry-run", "--json")
            #expect(try states(dry) == ["reviews": "would run", "other": "hit"])
            let run = try program("run", "p.yaml", "--json")
            #expect(try states(run) == ["reviews": "ran", "other": "hit"])
            // Back to the setting of before.
            let back = try program("run", "p.yaml", "--set", "seed=13", "--json")
            #expect(try states(back) == ["reviews": "hit", "other": "hit"])
        }
    }

    @Test("a stage that fails shows the pipeline's line, ends with 1 and leaves nothing in the store")
    func failure() throws {
        try withProject { program in
            try Data("sentence,label\na,0\nb,1\n".utf8).write(to: program.folder.appending(path: "data/reviews.csv"))
            let ended = try program("run", "p.yaml", "--only", "reviews")
            #expect(ended.status == 1)
            #expect(ended.errors.contains("error: data/reviews.csv has no column `text`"))
            #expect(ended.errors.contains("--> p.yaml:"))
            let objects = program.folder.appending(path: ".peft-pipeline/objects").path
            #expect(((try? FileManager.default.contentsOfDirectory(atPath: objects)) ?? []).isEmpty)
        }
    }

    @Test("show says where an output is and what is in it")
    func show() throws {
        try withProject { program in
            let before = try program("show", "p.yaml", "reviews")
            #expect(before.status == 3)
            #expect(try program("run", "p.yaml").status == 0)
            let path = try program("show", "p.yaml", "reviews", "--path").output.trimmingCharacters(in: .newlines)
            #expect(FileManager.default.fileExists(atPath: path + "/train.jsonl"))
            #expect(try program("show", "p.yaml", "reviews").output.contains("train.jsonl"))
        }
    }

    @Test("output that is piped has no colour and no drawing, nor has any with NO_COLOR")
    func plain() throws {
        try withProject { program in
            for environment in [[:], ["NO_COLOR": "1"]] {
                let ended = try Program(folder: program.folder, environment: environment)("run", "p.yaml")
                #expect(!ended.errors.contains("\u{1B}"))
            }
            let colored = try program("run", "p.yaml", "--color", "always")
            #expect(colored.errors.contains("\u{1B}["))
        }
    }

    @Test("a shell completes the names of stages, by the script that the command gives for it")
    func completion() throws {
        try withProject { program in
            let complete = """
                source <(peft-pipeline --generate-completion-script bash)
                function=$(complete -p peft-pipeline | sed 's/.*-F \\([^ ]*\\).*/\\1/')
                COMP_WORDS=("$@")
                COMP_CWORD=$(($# - 1))
                COMP_LINE="$*"
                COMP_POINT=${#COMP_LINE}
                $function peft-pipeline "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                echo "${COMPREPLY[@]}"
                """
            func completions(_ line: String) throws -> String {
                let bash = Process()
                bash.executableURL = URL(fileURLWithPath: "/bin/bash")
                bash.arguments = ["-c", complete, "bash"] + line.components(separatedBy: " ")
                bash.currentDirectoryURL = program.folder
                let path = Program.buildFolder.path + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
                bash.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { $1 }
                let output = Pipe()
                bash.standardOutput = output
                try bash.run()
                let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                bash.waitUntilExit()
                return text.trimmingCharacters(in: .whitespacesAndNewlines)
            }
            let found = try ["explain p.yaml ", "explain p.yaml o", "run p.yaml --only r", "explain absent.yaml "]
                .map { try completions("peft-pipeline " + $0) }
            #expect(found == ["reviews other", "other", "reviews", ""])
        }
    }
}
