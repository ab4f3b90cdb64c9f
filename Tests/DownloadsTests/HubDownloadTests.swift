import Foundation
import JSONValues
import StageInterface
import TestSupport
import Testing

@testable import Downloads

/// A hub on the loopback: one repository, whose large file lies on another "host".
private struct SmallHub {
    static let token = "hf_thisIsASecretOfTheTests"
    static let commit = String(repeating: "5a", count: 20)
    static let weights = Bench.sample(100_000)

    let hub: LocalServer
    let storage: LocalServer

    init(kind: String = "models", isGated: Bool = false, files: [String: [UInt8]]) throws {
        let prefix = kind == "datasets" ? "/datasets" : ""
        let storage = try LocalServer { request in
            .content(files[String(request.path.dropFirst("/blob/".count))] ?? [], for: request)
        }
        let elsewhere = storage.address("/blob/")
        hub = try LocalServer { request in
            let isKnown = request.headers["authorization"] == "Bearer \(Self.token)"
            if isGated, !isKnown { return LocalServer.Answer(status: 401) }
            if request.path.hasPrefix("/api/\(kind)/owner/name/revision/") {
                let revision = request.path.split(separator: "/").last?.prefix { $0 != "?" } ?? ""
                guard ["main", Self.commit].contains(String(revision)) else {
                    return LocalServer.Answer(status: 404, headers: ["X-Error-Code": "RevisionNotFound"])
                }
                let json: JSONValue = [
                    "sha": .string(Self.commit),
                    "siblings": .array(files.keys.sorted().map { ["rfilename": .string($0)] }),
                ]
                return LocalServer.Answer(body: Array(((try? json.canonical) ?? "").utf8))
            }
            let resolve = "\(prefix)/owner/name/resolve/\(Self.commit)/"
            let name = String(request.path.dropFirst(resolve.count))
            guard request.path.hasPrefix(resolve), let bytes = files[name] else {
                return LocalServer.Answer(status: 404, headers: ["X-Error-Code": "EntryNotFound"])
            }
            guard bytes.count > 1000 else { return .content(bytes, tag: "\"\(Self.commit)\"", for: request) }
            return .redirect(
                to: elsewhere + name,
                headers: ["X-Linked-ETag": "\"\(Bench.sha256(bytes))\"", "X-Linked-Size": "\(bytes.count)"])
        }
        self.storage = storage
    }

    static let model: [String: [UInt8]] = [
        "config.json": Array("{}".utf8), "model.safetensors": weights, "README.md": [1], "tokenizer.json": [2, 3],
    ]
}

@Suite("Downloads from the Hub", .ownThread)
struct HubDownloadTests {
    private func with(
        _ hub: SmallHub, environment: [String: String] = [:], _ body: (Bench) throws -> Void
    ) throws {
        try Bench.with { bench in
            var bench = bench
            bench.environment["HF_ENDPOINT"] = hub.hub.address("/")
            bench.environment.merge(environment) { _, new in new }
            try body(bench)
        }
    }

    private static let names = ["config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json"]

    @Test("a repository's files as far as they are wanted, of the commit that the branch is now")
    func repository() throws {
        let hub = try SmallHub(files: SmallHub.model)
        try with(hub) { bench in
            let report = try bench.fetch("hf://owner/name@main", files: Self.names)
            #expect(report.commit == SmallHub.commit && report.files == 3)
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.output.path).count == 3)
            #expect(try bench.bytes("model.safetensors") == SmallHub.weights)
            #expect(bench.log.notes.count == 1 && bench.log.notes.first?.contains(SmallHub.commit) ?? false)
        }
        try with(hub) { bench in
            _ = try bench.fetch("hf://owner/name@\(SmallHub.commit)", files: Self.names)
            #expect(bench.log.notes.isEmpty)
        }
    }

    @Test("a file of a data set, under its last name")
    func dataset() throws {
        let hub = try SmallHub(kind: "datasets", files: ["data/train 1.jsonl": Array("{}\n".utf8)])
        // The server compares the path as it comes.
        let encoded = try SmallHub(kind: "datasets", files: ["data/train%201.jsonl": Array("{}\n".utf8)])
        _ = hub
        try with(encoded) { bench in
            _ = try bench.fetch("hf://datasets/owner/name@main/data/train%201.jsonl")
            #expect(try bench.bytes("train 1.jsonl") == Array("{}\n".utf8))
        }
    }

    @Test("an index of tensors brings the files that it names")
    func shards() throws {
        let index = #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors", "c": "../x"}}"#
        let hub = try SmallHub(files: [
            "config.json": Array("{}".utf8), "model.safetensors.index.json": Array(index.utf8),
            "model-1.safetensors": SmallHub.weights, "model-2.safetensors": [7],
        ])
        try with(hub) { bench in
            let report = try bench.fetch("hf://owner/name@main", files: Self.names)
            #expect(report.files == 4)
            #expect(try bench.bytes("model-1.safetensors") == SmallHub.weights)
        }
    }

    @Test("the token goes to the hub, and not on to another host")
    func token() throws {
        for environment in [
            ["HF_TOKEN": SmallHub.token], ["HF_TOKEN_PATH": "token-file"], ["HF_HOME": "home"], [:],
        ] {
            let hub = try SmallHub(isGated: true, files: SmallHub.model)
            try Bench.with { bench in
                var bench = bench
                bench.environment["HF_ENDPOINT"] = hub.hub.address("")
                for (name, value) in environment {
                    bench.environment[name] = name == "HF_TOKEN" ? value : bench.folder.appending(path: value).path
                }
                for file in ["token-file", "home/token", ".cache/huggingface/token"] {
                    let url = bench.folder.appending(path: file)
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    if environment["HF_TOKEN"] == nil { try Data("\(SmallHub.token)\n".utf8).write(to: url) }
                }
                _ = try bench.fetch("hf://owner/name@main", files: Self.names)
                #expect(hub.hub.requests.allSatisfy { $0.headers["authorization"] == "Bearer \(SmallHub.token)" })
                #expect(!hub.storage.requests.isEmpty)
                #expect(hub.storage.requests.allSatisfy { $0.headers["authorization"] == nil })
            }
        }
    }

    @Test("a large file that is not what the hub says it is, is refused")
    func wrongBytes() throws {
        let hub = try SmallHub(files: SmallHub.model)
        hub.storage.become { request in .content(SmallHub.weights.reversed(), for: request) }
        try with(hub) { bench in
            let problem = try bench.failure("hf://owner/name@main", files: Self.names)
            #expect(problem.message.contains(Bench.sha256(SmallHub.weights)), "\(problem.message)")
        }
    }

    @Test("an attempt that failed goes on with the files that it had not, and a file in the middle")
    func goesOn() throws {
        let hub = try SmallHub(files: SmallHub.model)
        hub.storage.become { request in
            var answer = LocalServer.Answer.content(SmallHub.weights, for: request)
            answer.breaksAfter = request.number == 1 ? 50_000 : 0
            return answer
        }
        try with(hub) { bench in
            let problem = try bench.failure("hf://owner/name@\(SmallHub.commit)", files: Self.names)
            #expect(problem.message.contains("model.safetensors of owner/name"), "\(problem.message)")
            hub.storage.become { request in .content(SmallHub.weights, for: request) }
            let report = try bench.fetch("hf://owner/name@\(SmallHub.commit)", files: Self.names)
            #expect(report.receivedBytes < 51_000)
            #expect(try bench.bytes("model.safetensors") == SmallHub.weights)
            #expect(hub.hub.requests.count { $0.path.hasSuffix("config.json") } == 1)
            #expect(hub.hub.requests.count { $0.path.hasPrefix("/api/") } == 1)
        }
    }

    @Test("what the hub refuses is told with the remedy")
    func refusals() throws {
        let gated = try SmallHub(isGated: true, files: SmallHub.model)
        try with(gated) { bench in
            let problem = try bench.failure("hf://owner/name@main")
            #expect(problem.message.contains("401") && problem.help?.contains("HF_TOKEN") ?? false, "\(problem)")
        }
        try with(gated, environment: ["HF_TOKEN": "another"]) { bench in
            let problem = try bench.failure("hf://owner/name@main")
            #expect(problem.message.contains("does not take the token"), "\(problem.message)")
            #expect(!"\(problem)".contains("another"))
        }
        let hub = try SmallHub(files: SmallHub.model)
        try with(hub) { bench in
            let unknown = try bench.failure("hf://owner/name@v9")
            #expect(unknown.message.contains("no revision `v9`"))
            let missing = try bench.failure("hf://owner/name@main/model.safetensor")
            #expect(missing.help?.contains("`model.safetensors`") ?? false, "\(missing)")
            let none = try bench.failure("hf://owner/name@main", files: ["a.txt", "b.txt"])
            #expect(none.message.contains("a.txt, b.txt") && none.help?.contains("README.md") ?? false, "\(none)")
            #expect(none.place == .parameter(["files"]))
        }
        try with(hub, environment: ["HF_ENDPOINT": "ftp://x"]) { bench in
            let problem = try bench.failure("hf://owner/name@main")
            #expect(problem.message.contains("HF_ENDPOINT"))
        }
        try with(hub, environment: ["HF_TOKEN": "a b"]) { bench in
            let problem = try bench.failure("hf://owner/name@main")
            #expect(problem.message.contains("HF_TOKEN holds no token"))
        }
    }

    @Test("nothing that is printed shows a token")
    func secret() {
        let secret = Secret(SmallHub.token)
        var dumped = ""
        dump(["token": secret], to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
            #expect(!text.contains(SmallHub.token), "\(text)")
        }
        let request = Curl.Request(address: "https://h/\"x\"", headers: ["A": "b\nc"], token: secret)
        #expect(!"\(request)".contains(SmallHub.token))
        let lines = Curl.configuration(request).split(separator: "\n")
        #expect(lines.first == #"url = "https://h/\"x\"""#)
        #expect(lines.contains(#"header = "A: bc""#))
        #expect(lines.contains(#"proto-redir = "=https""#))
    }
}
