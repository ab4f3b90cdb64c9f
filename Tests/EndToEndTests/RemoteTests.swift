import ExternalPrograms
import Foundation
import JSONValues
import Store
import TestSupport
import Testing

/// Results that machines share, through the built programs and rclone.
@Suite(
    "Remotes", .serialized, .ownThread,
    .enabled(if: ExternalProgram.find("rclone") != nil, "rclone is not here: `make setup` installs it"))
struct RemoteTests {
    private static let all = ["rows", "tokens", "method"]

    /// A project that has run, a second one that has not, and a folder for the remote.
    private func with(_ body: (_ here: TinyProject, _ there: TinyProject, _ folder: URL) throws -> Void) throws {
        try TinyProject.with(pipeline: KillTests.cheap) { here in
            try TinyProject.with(pipeline: KillTests.cheap) { there in
                try withTemporaryFolder { folder in
                    #expect(try here.run().ended.status == 0)
                    try body(here, there, folder.appending(path: "results"))
                }
            }
        }
    }

    private func push(_ project: TinyProject, _ remote: String, _ arguments: String...) throws -> Program.Ended {
        try project.program.run(["push", "p.yaml", "--threads", "1", "--remote", remote] + arguments)
    }

    private func pull(_ project: TinyProject, _ remote: String, _ arguments: String...) throws -> Program.Ended {
        try project.program.run(["pull", "p.yaml", "--threads", "1", "--remote", remote, "--json"] + arguments)
    }

    private func expectRoundTrip(_ here: TinyProject, _ there: TinyProject, _ remote: String) throws {
        let pushed = try push(here, remote, "--json")
        #expect(pushed.status == 0, "\(pushed.errors)")
        let states = try pushed.output.split(separator: "\n").map { try JSONValue(parsing: $0) }
        #expect(states.map { $0["stage"].stringValue } == Self.all)
        #expect(states.allSatisfy { $0["state"] == "sent" })
        let again = try push(here, remote)
        #expect(again.status == 0 && again.errors.contains("has all of it"), "\(again.errors)")
        let pulled = try pull(there, remote)
        #expect(pulled.status == 0, "\(pulled.output)\(pulled.errors)")
        let stages = try TinyProject.stages(pulled.output)
        #expect(Set(there.states(stages).values) == ["hit"])
        #expect(there.digests(stages) == here.digests(try here.run().stages))
        #expect(stages["rows"]?["why"] == [.string("from the remote \(remote)")])
        try StoreCheck(of: there).expectWhole("pulled")
        try StoreCheck(of: there).expectTidy("pulled")
        // What has come is not asked for again, nor is the remote.
        let (_, later) = try there.run()
        #expect(Set(there.states(later).values) == ["hit"])
    }

    @Test("results travel by a plain folder")
    func plainFolder() throws {
        try with { here, there, folder in try expectRoundTrip(here, there, folder.path) }
    }

    @Test("results travel by WebDAV")
    func webDAV() throws {
        try with { here, there, folder in
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let server = try WebDAVServer(folder: folder)
            defer { server.stop() }
            let address = ":webdav,url='http://127.0.0.1:\(server.port)':team"
            try expectRoundTripShown(here, there, address)
        }
    }

    /// The same for an address that is shown without what it configures.
    private func expectRoundTripShown(_ here: TinyProject, _ there: TinyProject, _ remote: String) throws {
        let pushed = try push(here, remote)
        #expect(pushed.status == 0 && pushed.errors.contains("sent to :webdav,…:team"), "\(pushed.errors)")
        let ran = try there.run("--remote", remote)
        #expect(ran.ended.status == 0, "\(ran.ended.output)\(ran.ended.errors)")
        #expect(Set(there.states(ran.stages).values) == ["hit"])
        #expect(ran.stages["tokens"]?["why"] == ["from the remote :webdav,…:team"])
        let journals = try StoreCheck(of: there).names("runs").filter { $0.hasSuffix(".ndjson") }
        let journal = there.folder.appending(path: ".peft-pipeline/runs/\(try #require(journals.first))")
        #expect(!(try String(contentsOf: journal, encoding: .utf8)).contains("http://"))
    }

    @Test("a run reads through, computes the rest, and goes on where the remote is gone")
    func readThrough() throws {
        try with { here, there, folder in
            #expect(try push(here, folder.path, "rows").status == 0)
            var program = there.program
            program.environment["PEFT_PIPELINE_REMOTE"] = folder.path
            let ended = try program.run(["run", "p.yaml", "--threads", "1", "--json"])
            #expect(ended.status == 0, "\(ended.errors)")
            let stages = try TinyProject.stages(ended.output)
            #expect(there.states(stages) == ["rows": "hit", "tokens": "ran", "method": "ran"])
        }
        try with { _, there, _ in
            let (ended, stages) = try there.run("--remote", ":webdav,url='http://127.0.0.1:1':")
            #expect(ended.status == 0)
            #expect(Set(there.states(stages).values) == ["ran"])
            let findings = ended.output.split(separator: "\n").filter { $0.contains("goes on without the remote") }
            #expect(findings.count == 1 && findings.first?.contains("connection refused") ?? false, "\(ended.output)")
            let pulled = try pull(there, "absent:x", "--set", "none=1")
            #expect(pulled.status == 2)
        }
    }

    @Test("what is not there, and what has no result, is told by the exit code")
    func missing() throws {
        try with { here, there, folder in
            let none = try pull(there, folder.path)
            #expect(none.status == 3 && none.output.contains("holds no results"), "\(none.output)")
            let empty = try push(there, folder.path)
            #expect(empty.status == 3 && empty.errors.contains("no result of rows, tokens, method"), "\(empty.errors)")
            #expect(try push(here, folder.path, "method").status == 0)
            let part = try pull(there, folder.path)
            #expect(part.status == 3)
            #expect(
                there.states(try TinyProject.stages(part.output)) == [
                    "rows": "would run", "tokens": "would run", "method": "hit",
                ])
            let unnamed = try there.program("pull", "p.yaml")
            #expect(unnamed.status == 2 && unnamed.errors.contains("PEFT_PIPELINE_REMOTE"), "\(unnamed.errors)")
            let absent = try push(here, "absent:x")
            #expect(absent.status == 1 && absent.errors.contains("rclone config"), "\(absent.errors)")
        }
    }

    @Test("a program that is not there is told with the remedy")
    func noProgram() throws {
        try with { _, there, folder in
            var program = there.program
            program.environment["PATH"] = "/nowhere"
            let ended = try program.run(["pull", "p.yaml", "--remote", folder.path])
            #expect(ended.status == 2 && ended.errors.contains("apt-get install rclone"), "\(ended.errors)")
        }
    }

    @Test("a push that is killed at any moment leaves no record of what is not whole, and the next goes on")
    func killedPush() throws {
        try with { here, there, folder in
            var slow = here.program
            slow.environment["RCLONE_BWLIMIT"] = "4k"
            var killed = 0
            for moment in [0.3, 0.7, 1.2] {
                let running = try slow.start(["push", "p.yaml", "--threads", "1", "--remote", folder.path])
                usleep(UInt32(moment * 1_000_000))
                killed += running.process.isRunning ? 1 : 0
                _ = kill(running.process.processIdentifier, SIGKILL)
                _ = try running.wait()
                try expectNothingIncomplete(folder, "killed after \(moment) s")
                try waitUntil("its rclone is gone", seconds: 10) { Processes.workers(in: here).isEmpty }
                try expectNothingIncomplete(folder, "its rclone gone, killed after \(moment) s")
            }
            #expect(killed > 1)
            #expect(try push(here, folder.path).status == 0)
            #expect(try pull(there, folder.path).status == 0)
            try StoreCheck(of: there).expectWhole("after pushes that were killed")
        }
    }

    @Test("a push that is stopped ends at once, and says so by its code")
    func stoppedPush() throws {
        try with { here, _, folder in
            var slow = here.program
            slow.environment["RCLONE_BWLIMIT"] = "1k"
            let running = try slow.start(["push", "p.yaml", "--threads", "1", "--remote", folder.path])
            usleep(800_000)
            _ = kill(running.process.processIdentifier, SIGINT)
            let ended = try running.wait()
            #expect(ended.status == 130 && ended.seconds < 5, "\(ended.errors)")
            #expect(Processes.workers(in: here).isEmpty)
            try StoreCheck(of: here).expectTidy("after a push that was stopped")
            try expectNothingIncomplete(folder, "stopped")
        }
    }

    @Test("two pushes at once leave what can be pulled, and so does the next after one of them was killed")
    func pushesAtOnce() throws {
        try with { here, there, folder in
            let arguments = ["push", "p.yaml", "--threads", "1", "--remote", folder.path]
            let (one, two) = (try here.program.start(arguments), try here.program.start(arguments))
            #expect(try one.wait().status == 0)
            #expect(try two.wait().status == 0)
            try expectNothingIncomplete(folder, "two at once")
            #expect(try pull(there, folder.path).status == 0)
        }
        try with { here, there, folder in
            var slow = here.program
            slow.environment["RCLONE_BWLIMIT"] = "2k"
            let running = try slow.start(["push", "p.yaml", "--threads", "1", "--remote", folder.path])
            usleep(700_000)
            #expect(try push(here, folder.path).status == 0)
            _ = kill(running.process.processIdentifier, SIGKILL)
            _ = try running.wait()
            try waitUntil("its rclone is gone", seconds: 10) { Processes.workers(in: here).isEmpty }
            #expect(try push(here, folder.path).status == 0)
            try expectNothingIncomplete(folder, "one of two killed")
            #expect(try pull(there, folder.path).status == 0)
        }
    }

    @Test("what was tampered with in the remote is computed, with a warning")
    func tampered() throws {
        try with { here, there, folder in
            #expect(try push(here, folder.path).status == 0)
            let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            let file = try #require(names.first { $0.hasSuffix("files/train.jsonl") })
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            try Data(text.replacing("awful", with: "great").utf8).write(to: folder.appending(path: file))
            let (ended, stages) = try there.run("--remote", folder.path)
            #expect(ended.status == 0)
            #expect(there.states(stages) == ["rows": "ran", "tokens": "hit", "method": "hit"], "\(ended.output)")
            #expect(ended.output.contains("content of its file `train.jsonl` was changed"), "\(ended.output)")
            #expect(there.digests(stages) == here.digests(try here.run().stages))
            #expect(try push(here, folder.path, "--force").status == 0)
            try StoreCheck(root: folder).expectWhole("mended")
        }
    }

    /// Each record in the remote names objects that are whole there.
    private func expectNothingIncomplete(_ folder: URL, _ comment: Comment) throws {
        let remote = StoreCheck(root: folder)
        for trace in try remote.nested("traces") {
            // A record that is half written is none.
            guard let json = try? JSONValue(parsing: Data(contentsOf: trace)) else { continue }
            for digest in (json["outputs"].objectValue ?? [:]).values.compactMap(\.stringValue) {
                let object = folder.appending(path: "objects/\(digest.prefix(2))/\(digest)")
                let manifest = try Data(contentsOf: object.appending(path: "manifest"))
                #expect(ContentDigest(of: manifest).hexadecimal == digest, comment)
                for line in manifest.split(separator: UInt8(ascii: "\n")).dropFirst() {
                    let entry = try JSONValue(parsing: Array(line))
                    let file = object.appending(path: "files/\(entry["path"].stringValue ?? "")")
                    let bytes = try Data(contentsOf: file)
                    #expect(ContentDigest(of: bytes).hexadecimal == entry["sha256"].stringValue, comment)
                }
            }
        }
    }
}

/// `rclone serve webdav` on the loopback.
private final class WebDAVServer {
    let port: Int
    private let process = Process()

    init(folder: URL) throws {
        port = try Self.freePort()
        let program = try #require(ExternalProgram.find("rclone"))
        process.executableURL = URL(filePath: program.path)
        process.arguments = ["serve", "webdav", "--addr", "127.0.0.1:\(port)", folder.path]
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let port = port
        try waitUntil("WebDAV is served", seconds: 10) { Self.answers(port) }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// A port that nobody has now.
    private static func freePort() throws -> Int { Int(try LocalServer { _ in LocalServer.Answer() }.port) }

    private static func answers(_ port: Int) -> Bool {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["curl", "--silent", "--output", "/dev/null", "http://127.0.0.1:\(port)/"]
        try? process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
