import Foundation
import JSONValues
import TestSupport
import Testing

/// What the store says of earlier runs.
@Suite("The history of runs", .ownThread)
struct HistoryTests {
    private static func pipeline(train: Double = 0.6) -> String {
        """
        version: 1
        name: small
        stages:
          rows:
            uses: data
            with: {source: rows.csv, split: {train: \(train), test: \(1 - train)}}
          tokens:
            uses: tokenize
            from: {dataset: rows}
            with: {tokenizer: models/tiny, max_length: 12}

        """
    }

    /// A project with two stages that need no tensors.
    private func withProject(_ body: (TinyProject) throws -> Void) throws {
        try TinyProject.with { project in
            try project.write(Self.pipeline(), to: "p.yaml")
            try body(project)
        }
    }

    private func lines(_ ended: Program.Ended) throws -> [JSONValue] {
        try ended.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
    }

    @Test("runs lists them, the latest first, and how each ended")
    func runs() throws {
        try withProject { project in
            #expect(try project.program("runs").status == 2)
            #expect(try project.run().ended.status == 0)
            #expect(try project.run().ended.status == 0)
            try project.write("text,label\n", to: "rows.csv")
            #expect(try project.run().ended.status == 1)
            let runs = try lines(project.program("runs", "--json"))
            #expect(runs.map { $0["state"] } == ["failed", "done", "done"])
            #expect(runs.map { $0["ran"] } == [0, 0, 2])
            #expect(runs.map { $0["hit"] } == [0, 2, 0])
            #expect(runs.map { $0["failed"] } == [1, 0, 0])
            #expect(runs.allSatisfy { ($0["seconds"].doubleValue ?? -1) >= 0 })
            #expect(try lines(project.program("runs", "p.yaml", "--limit", "1", "--json")).count == 1)
            #expect(try lines(project.program("runs", "small", "--json")).count == 3)
            let table = try project.program("runs").output.split(separator: "\n")
            #expect(table.count == 4)
            #expect(table.first?.hasPrefix("run ") == true)
            let other = try project.program("runs", "other")
            #expect(other.output.isEmpty && other.errors.contains("no run of other"))
        }
    }

    @Test("a run that was killed is listed as killed, and one under way as running")
    func killed() throws {
        try withProject { project in
            var program = project.program
            program.environment["PEFT_PIPELINE_WORKER"] = try sleeper(project)
            let running = try program.start(["run", "p.yaml"])
            let isRunning = try eventually {
                try lines(project.program("runs", "--json")).first?["state"] == "running"
            }
            #expect(isRunning)
            // Killed before, the run would rightly say that the stage was not begun.
            #expect(try eventually { try project.program("log", "last", "rows").output.contains("asleep") })
            kill(running.process.processIdentifier, SIGKILL)
            _ = try running.wait()
            #expect(try lines(project.program("runs", "--json")).first?["state"] == "killed")
            let log = try project.program("log", "last", "rows")
            #expect(log.output.contains("killed"))
            #expect(log.output.contains("asleep"))
        }
    }

    @Test("log has what a stage said and printed, with the place and the remedy")
    func log() throws {
        try withProject { project in
            let worker = project.folder.appending(path: "worker")
            try project.write("#!/bin/sh\necho 'one \u{1B}[31m line' >&2\nexit 3\n", to: "worker")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker.path)
            var program = project.program
            program.environment["PEFT_PIPELINE_WORKER"] = worker.path
            #expect(try program("run", "p.yaml").status == 1)
            let ended = try project.program("log", "p.yaml", "rows")
            #expect(ended.status == 0)
            #expect(ended.output.contains("rows: failed"))
            #expect(ended.output.contains("error: stage `rows`: the worker ended with code 3"))
            #expect(ended.output.contains("one ␛[31m line"))
            let json = try #require(try lines(project.program("log", "last", "rows", "--json")).first)
            #expect(json["findings"][0]["severity"] == "error")
            #expect(json["output"].stringValue?.hasPrefix("one ") == true)

            #expect(try project.run().ended.status == 0)
            #expect(try project.program("log", "last", "rows").output.contains("rows: ran"))
            #expect(try project.program("log", "rows").output == project.program("log", "last", "rows").output)
            let unknown = try project.program("log", "last", "row")
            #expect(unknown.status == 2)
            #expect(unknown.errors.contains("`rows`"))
            #expect(try project.program("log", "nothing", "rows").status == 2)
        }
    }

    @Test("diff has the parameters and inputs that differ, and figures side by side")
    func diff() throws {
        try withProject { project in
            #expect(try project.run().ended.status == 0)
            try project.write(Self.pipeline(train: 0.8), to: "p.yaml")
            #expect(try project.run().ended.status == 0)
            let rows = try lines(project.program("diff", "last~1", "last", "--json"))
            let split = try #require(rows.first { $0["change"] == "split.train" })
            #expect(split["old"] == 0.6 && split["new"] == 0.8)
            #expect(rows.contains { $0["change"] == "input dataset" && $0["stage"] == "tokens" })
            #expect(rows.contains { !$0["metric"].isNull && $0["difference"].doubleValue != 0 })
            let text = try project.program("diff", "last~1", "last").output
            #expect(text.contains("split.train"))
            #expect(text.contains("difference"))
            let same = try project.program("diff", "last", "last")
            #expect(same.status == 0 && same.output.isEmpty)
            let missing = try project.program("diff", "last~7", "last")
            #expect(missing.status == 2)
            #expect(missing.errors.contains("there is no run `last~7`"))
        }
    }

    // MARK: - Helpers

    /// The path of a worker that prints a line and waits until its runner is gone.
    private func sleeper(_ project: TinyProject) throws -> String {
        let worker = project.folder.appending(path: "sleeper")
        try project.write("#!/bin/sh\necho asleep >&2\ncat > /dev/null\n", to: "sleeper")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker.path)
        return worker.path
    }

    /// Whether a condition becomes true within a minute.
    private func eventually(_ condition: () throws -> Bool) throws -> Bool {
        for _ in 0..<600 {
            if try condition() { return true }
            usleep(100_000)
        }
        return false
    }
}
