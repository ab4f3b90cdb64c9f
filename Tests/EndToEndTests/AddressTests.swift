import Foundation
import JSONValues
import Store
import TestSupport
import Testing

/// Addresses in the places of paths.
@Suite("Addresses in pipelines", .ownThread, .serialized)
struct AddressTests {
    private static let commit = String(repeating: "5a", count: 20)

    /// Serves the project's rows, and its model as the repository `acme/tiny`.
    private static func answer(_ request: LocalServer.Request, folder: URL) -> LocalServer.Answer {
        func file(_ name: String) -> LocalServer.Answer {
            guard let data = FileManager.default.contents(atPath: folder.appending(path: name).path) else {
                return LocalServer.Answer(status: 404)
            }
            return .content(Array(data), for: request)
        }
        if request.path == "/rows.csv" { return file("rows.csv") }
        if request.path.hasPrefix("/api/models/acme/tiny/revision/") {
            let names = ["config.json", "model.safetensors", "vocab.txt", "README.md"]
            let siblings = names.map { #"{"rfilename": "\#($0)"}"# }.joined(separator: ", ")
            return LocalServer.Answer(body: Array(#"{"sha": "\#(commit)", "siblings": [\#(siblings)]}"#.utf8))
        }
        let prefix = "/acme/tiny/resolve/\(commit)/"
        guard request.path.hasPrefix(prefix) else { return LocalServer.Answer(status: 404) }
        return file("models/tiny/" + request.path.dropFirst(prefix.count))
    }

    private func with(_ body: (TinyProject, LocalServer, _ remote: String) throws -> Void) throws {
        try TinyProject.with { local in
            let server = try LocalServer { [folder = local.folder] in Self.answer($0, folder: folder) }
            var program = local.program
            program.environment = [
                "HF_ENDPOINT": server.address(""), "PEFT_PIPELINE_RETRY_DELAY": "0.01", "no_proxy": "*",
            ]
            let rows = try Data(contentsOf: local.folder.appending(path: "rows.csv"))
            let address = "\(server.address("/rows.csv"))#sha256=\(ContentDigest(of: rows).hexadecimal)"
            let remote = TinyProject.pipeline(method: TinyProject.lora)
                .replacing("source: rows.csv", with: "source: \"\(address)\"")
                .replacing("models/tiny", with: "hf://acme/tiny@main")
            try body(TinyProject(program: program), server, remote)
        }
    }

    @Test("what is fetched by address gives the same keys and artifacts as files of this machine")
    func sameKeys() throws {
        try with { project, server, remote in
            let local = try project.run()
            #expect(local.ended.status == 0)
            try project.write(remote, to: "p.yaml")
            let unknown = try project.program("status", "p.yaml", "--threads", "1")
            #expect(unknown.status == 3, "\(unknown.output)\(unknown.errors)")
            #expect(unknown.output.contains("download:rows.csv"), "\(unknown.output)")
            let asked = server.requests.count
            #expect(asked == 0)

            let fetched = try project.run()
            #expect(fetched.ended.status == 0, "\(fetched.ended.output)")
            var states = project.states(fetched.stages)
            #expect(states.removeValue(forKey: "download:rows.csv") == "ran")
            #expect(states.removeValue(forKey: "download:tiny") == "ran")
            #expect(Set(states.values) == ["hit"], "\(states)")
            #expect(!server.requests.contains { $0.path.hasSuffix("README.md") })

            server.become { _ in LocalServer.Answer(status: 500) }
            #expect(Set(project.states(try project.run().stages).values) == ["hit"])
            let status = try project.program("status", "p.yaml", "--threads", "1")
            #expect(status.status == 0)
        }
    }

    @Test("an adapter names the repository that its base came from")
    func baseModelName() throws {
        try with { project, _, remote in
            try project.write(remote, to: "p.yaml")
            let run = try project.run()
            #expect(run.ended.status == 0, "\(run.ended.output)")
            let folder = try #require(run.stages["adapter"]?["artifact"].stringValue)
            let data = try Data(contentsOf: URL(fileURLWithPath: folder).appending(path: "adapter_config.json"))
            #expect(try JSONValue(parsing: Array(data))["base_model_name_or_path"] == "acme/tiny")
            let graph = try project.program("dag", "p.yaml", "--format", "json")
            #expect(graph.output.contains("download:tiny"))
            let explained = try project.program("explain", "p.yaml", "rows", "--threads", "1")
            #expect(explained.status == 0, "\(explained.errors)")
        }
    }

    @Test("other bytes behind an address are refused; another digest is another source, and says why")
    func changed() throws {
        try with { project, _, remote in
            try project.write(remote, to: "p.yaml")
            #expect(try project.run("--only", "rows").ended.status == 0)
            let rows = try String(contentsOf: project.folder.appending(path: "rows.csv"), encoding: .utf8)
            let other = rows.replacing("the awful", with: "an awful")
            try project.write(other, to: "rows.csv")
            // What is in the store needs no network.
            #expect(Set(project.states(try project.run("--only", "rows").stages).values) == ["hit"])
            let (old, new) = (ContentDigest(of: rows.utf8).hexadecimal, ContentDigest(of: other.utf8).hexadecimal)
            try project.write(remote.replacing(old, with: new), to: "p.yaml")
            let again = try project.run("--only", "rows")
            #expect(project.states(again.stages) == ["download:rows.csv": "ran", "rows": "ran"])
            let why = try again.stages["download:rows.csv"]?["why"].canonical ?? ""
            #expect(why.contains("p.yaml:6"), "\(why)")
        }
    }

    @Test("what can't be an address is told at its place")
    func validation() throws {
        try with { project, _, remote in
            let cases = [
                (remote.replacing("#sha256=", with: "#sha1="), "`#sha1="),
                (remote.replacing("tiny@main", with: "tiny"), "has no revision"),
                (remote.replacing("tiny@main", with: "tiny@main/config.json"), "names a file, expected a folder"),
                (remote.replacing("/rows.csv#", with: "/rows.parquet#"), "expected a file (.csv"),
                (remote.replacing("http://", with: "ftp://"), "`ftp://` is not known here"),
            ]
            for (text, words) in cases {
                try project.write(text, to: "p.yaml")
                let ended = try project.program("validate", "p.yaml")
                #expect(ended.status == 2)
                #expect(ended.errors.contains(words) && ended.errors.contains("--> p.yaml:"), "\(ended.errors)")
            }
        }
    }
}
