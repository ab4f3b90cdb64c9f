import Foundation
import JSONValues
import Store
import TestSupport
import Testing

/// Stages that fetch, through the built programs, from a server on the loopback.
@Suite("Downloads", .serialized, .ownThread)
struct DownloadTests {
    private static let token = "hf_thisIsASecretOfTheTests"
    private static let commit = String(repeating: "5a", count: 20)
    private let rows = (0..<20_000).map { "the film \($0),\(["bad", "good"][$0 % 2])\n" }.joined()

    private func pipeline(_ server: LocalServer) -> String {
        """
        version: 1
        name: fetched
        stages:
          reviews:
            uses: download
            with: {url: "\(server.address("/rows.csv"))#sha256=\(ContentDigest(of: rows.utf8).hexadecimal)"}
          base:
            uses: download
            with: {url: "hf://owner/tiny@main"}

        """
    }

    /// A web server with one file, and a hub with one gated repository, in one.
    private static func answer(_ request: LocalServer.Request, rows: String) -> LocalServer.Answer {
        if request.path == "/rows.csv" { return .content(Array(rows.utf8), for: request) }
        guard request.headers["authorization"] == "Bearer \(token)" else { return LocalServer.Answer(status: 401) }
        if request.path.hasPrefix("/api/models/owner/tiny/revision/main") {
            let json = #"{"sha": "\#(commit)", "siblings": [{"rfilename": "config.json"}, {"rfilename": "README.md"}]}"#
            return LocalServer.Answer(body: Array(json.utf8))
        }
        guard request.path == "/owner/tiny/resolve/\(commit)/config.json" else {
            return LocalServer.Answer(status: 404)
        }
        return .content(Array("{}\n".utf8), for: request)
    }

    private func with(_ body: (TinyProject, LocalServer) throws -> Void) throws {
        let server = try LocalServer { [rows] request in Self.answer(request, rows: rows) }
        try withTemporaryFolder { folder in
            var program = Program(folder: folder)
            program.environment = [
                "HF_ENDPOINT": server.address(""), "HF_TOKEN": Self.token, "PEFT_PIPELINE_RETRY_DELAY": "0.01",
                "no_proxy": "*",
            ]
            let project = TinyProject(program: program)
            try project.write(pipeline(server), to: "p.yaml")
            try body(project, server)
        }
    }

    /// Every file below the project's folder that holds the token.
    private func filesWithToken(_ project: TinyProject) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: project.folder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            let data = FileManager.default.contents(atPath: project.folder.path + "/" + name) ?? Data()
            return data.range(of: Data(Self.token.utf8)) != nil
        }
    }

    @Test("files are fetched once, and nothing is asked of a network while their results are there")
    func fetch() throws {
        try with { project, server in
            let (ended, stages) = try project.run()
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
            let reviews = try #require(stages["reviews"]?["artifact"].stringValue)
            #expect(try String(contentsOfFile: reviews + "/rows.csv", encoding: .utf8) == rows)
            #expect(stages["base"]?["metrics"]["commit"].stringValue == Self.commit)
            #expect(stages["base"]?["summary"].stringValue?.contains(Self.commit.prefix(12)) ?? false)
            #expect(ended.output.contains("can move; it was commit \(Self.commit)"))
            let asked = server.requests.count
            server.become { _ in LocalServer.Answer(status: 500) }
            #expect(project.states(try project.run().stages) == ["reviews": "hit", "base": "hit"])
            #expect(server.requests.count == asked)

            #expect(!(ended.output + ended.errors).contains(Self.token))
            for command in [["log", "last", "base"], ["explain", "p.yaml", "base"], ["show", "p.yaml", "base"]] {
                let told = try project.program.run(command + ["--json"])
                #expect(!told.output.isEmpty && !(told.output + told.errors).contains(Self.token), "\(command)")
            }
            #expect(try filesWithToken(project) == [])
        }
    }

    @Test("a run that is stopped or killed in the middle goes on there", arguments: [SIGTERM, SIGKILL])
    func resume(signal: Int32) throws {
        try with { project, server in
            server.become { [rows] request in
                var answer = Self.answer(request, rows: rows)
                if request.path == "/rows.csv" { answer.pause = 20 }
                return answer
            }
            let running = try project.program.start(["run", "p.yaml", "--json", "--only", "reviews"])
            try waitUntil("some of the file is there") { partSize(project) > 20_000 }
            // Of a run under way, with its task file and what it left so far.
            #expect(try filesWithToken(project) == [])
            _ = kill(running.process.processIdentifier, signal)
            let ended = try running.wait()
            #expect(ended.status == (signal == SIGTERM ? 130 : 137))
            try waitUntil("no worker is left", seconds: 5) { Processes.workers(in: project).isEmpty }
            let left = partSize(project)
            #expect(left > 20_000 && left < rows.utf8.count)
            server.become { [rows] request in Self.answer(request, rows: rows) }
            let (resumed, stages) = try project.run()
            #expect(resumed.status == 0, "\(resumed.output)\(resumed.errors)")
            #expect(stages["reviews"]?["measurements"]["received_bytes"].intValue == rows.utf8.count - left)
            let artifact = try #require(stages["reviews"]?["artifact"].stringValue)
            #expect(try String(contentsOfFile: artifact + "/rows.csv", encoding: .utf8) == rows)
            try StoreCheck(of: project).expectWhole("after signal \(signal)")
            try StoreCheck(of: project).expectTidy("after signal \(signal)")
        }
    }

    /// The bytes of the file that is not whole yet.
    private func partSize(_ project: TinyProject) -> Int {
        let work = project.folder.path + "/.peft-pipeline/work"
        let names = FileManager.default.enumerator(atPath: work)?.compactMap { $0 as? String } ?? []
        let part = names.first { $0.contains("/parts/") && !$0.hasSuffix(".json") }
        let attributes = part.flatMap { try? FileManager.default.attributesOfItem(atPath: work + "/" + $0) }
        return attributes?[.size] as? Int ?? 0
    }

    @Test("a refusal is told at the line of the pipeline, with the remedy and without the token")
    func refusal() throws {
        try with { project, server in
            server.become { _ in LocalServer.Answer(status: 403) }
            let ended = try project.program("run", "p.yaml", "--only", "base")
            #expect(ended.status == 1)
            #expect(
                ended.errors.contains("p.yaml:9:") && ended.errors.contains("accept its licence"), "\(ended.errors)")
            #expect(!ended.errors.contains(Self.token))
        }
    }

    @Test("an address that is none is told before anything runs")
    func address() throws {
        try with { project, _ in
            let text = try String(contentsOf: project.folder.appending(path: "p.yaml"), encoding: .utf8)
            try project.write(text.replacing("@main", with: "").replacing("#sha256=", with: "#sha="), to: "p.yaml")
            let ended = try project.program("validate", "p.yaml")
            #expect(ended.status == 2)
            #expect(ended.errors.contains("has no revision") && ended.errors.contains("`#sha="), "\(ended.errors)")
        }
    }
}
