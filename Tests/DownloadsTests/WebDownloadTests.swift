import Foundation
import StageInterface
import Synchronization
import TestSupport
import Testing

@testable import Downloads

@Suite("Downloads from web servers", .ownThread)
struct WebDownloadTests {
    private let bytes = Bench.sample(300_000)

    private func address(_ server: LocalServer, sha256: String? = nil) -> String {
        server.address("/data/train.tsv") + "#sha256=" + (sha256 ?? Bench.sha256(bytes))
    }

    @Test("a file comes under its own name, and how far it is is told")
    func plain() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in .content(bytes, for: request) }
            let report = try bench.fetch(address(server))
            #expect(report == DownloadReport(files: 1, bytes: 300_000, receivedBytes: 300_000, commit: nil))
            #expect(try bench.bytes("train.tsv") == bytes)
            #expect(bench.log.progress.last?.completed == 300_000 && bench.log.progress.last?.total == 300_000)
            #expect(server.requests.count == 1)
            #expect(server.requests.first?.headers["authorization"] == nil)
        }
    }

    @Test("a connection that breaks again and again goes on where it was", arguments: ["\"v1\"", nil])
    func breaks(tag: String?) throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                var answer = LocalServer.Answer.content(bytes, tag: tag, for: request)
                // More often than it is tried in vain.
                if request.number <= 8 { answer.breaksAfter = 30_000 }
                return answer
            }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
            #expect(server.requests.count == 9)
            let second = try #require(server.requests.dropFirst().first)
            #expect(second.headers["range"] == "bytes=30000-")
            #expect(second.headers["if-range"] == tag)
        }
    }

    @Test("an attempt that was stopped goes on in the next, with no byte fetched twice")
    func stop() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                var answer = LocalServer.Answer.content(bytes, for: request)
                if request.number == 1 { answer.pause = 10 }
                return answer
            }
            let log = bench.log
            #expect(throws: StageStopped.self) {
                _ = try bench.fetch(address(server)) { (log.progress.last?.completed ?? 0) > 0 }
            }
            let report = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
            let range = try #require(server.requests.last?.headers["range"])
            let start = try #require(Int(range.dropFirst("bytes=".count).dropLast()))
            #expect(start > 0 && report.receivedBytes == 300_000 - start)
        }
    }

    @Test("a server that ignores ranges, or whose file changed, gives all again")
    func startsOver() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                var answer = LocalServer.Answer(body: bytes)
                if request.number == 1 { answer.breaksAfter = 100_000 }
                return answer
            }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
        }
        try Bench.with { bench in
            let other = Bench.sample(200_000).map { $0 ^ 1 }
            let server = try LocalServer { [bytes] request in
                guard request.number == 1 else { return .content(bytes, tag: "\"v2\"", for: request) }
                var answer = LocalServer.Answer.content(other, for: request)
                answer.breaksAfter = 100_000
                return answer
            }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
            #expect(server.requests.last?.headers["if-range"] == "\"v1\"")
        }
    }

    @Test("a part other than the one asked for is not taken")
    func wrongPart() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                var answer = LocalServer.Answer.content(bytes, for: request)
                if request.number == 1 { answer.breaksAfter = 100_000 }
                if request.number == 2 {
                    answer.headers["Content-Range"] = "bytes 0-299999/300000"
                    answer.body = bytes
                }
                return answer
            }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
            #expect(server.requests.count == 3)
        }
    }

    @Test("what passes is tried again, with the patience that the server wishes for")
    func passing() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                switch request.number {
                case 1: LocalServer.Answer(status: 429, headers: ["Retry-After": "1"])
                case 2: LocalServer.Answer(status: 503)
                case 3:
                    {
                        var answer = LocalServer.Answer()
                        answer.isSilent = true
                        return answer
                    }()
                default: .content(bytes, for: request)
                }
            }
            let begun = ContinuousClock.now
            _ = try bench.fetch(address(server))
            #expect(ContinuousClock.now - begun > .seconds(1))
            #expect(try bench.bytes("train.tsv") == bytes)
            #expect(bench.log.progress.contains { $0.details.first?.contains("429") ?? false })
        }
    }

    @Test("patience ends, and words say what was in the way")
    func patience() throws {
        try Bench.with { bench in
            let server = try LocalServer { _ in LocalServer.Answer(status: 503) }
            let problem = try bench.failure(address(server))
            #expect(problem.message.contains("answered 503 (4 tries without progress)"), "\(problem.message)")
            #expect(server.requests.count == 4)
            server.become { _ in LocalServer.Answer(status: 429, headers: ["Retry-After": "86400"]) }
            let impatient = try bench.failure(address(server))
            #expect(impatient.message.contains("429"))
            #expect(server.requests.count == 5)
        }
    }

    @Test("what does not pass is told at once", arguments: [401, 403, 404, 410, 418])
    func lasting(status: Int) throws {
        try Bench.with { bench in
            let server = try LocalServer { _ in LocalServer.Answer(status: status) }
            let problem = try bench.failure(address(server))
            #expect(problem.message.contains("\(status)") && problem.help != nil, "\(problem.message)")
            #expect(server.requests.count == 1)
        }
    }

    @Test("a machine that is not there")
    func nobody() throws {
        try Bench.with { bench in
            let server = try LocalServer { _ in LocalServer.Answer() }
            // Privileged, and nobody's.
            let text = address(server).replacing(":\(server.port)/", with: ":1/")
            let problem = try bench.failure(text)
            #expect(
                problem.message.contains("connect") && problem.help?.contains("run again") ?? false,
                "\(problem.message)")
        }
    }

    @Test("wrong bytes are fetched once more, and then told with both digests")
    func wrongBytes() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                .content(request.number == 1 ? bytes.reversed() : bytes, for: request)
            }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
        }
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in .content(bytes.reversed(), for: request) }
            let problem = try bench.failure(address(server))
            #expect(problem.message.contains(Bench.sha256(bytes)), "\(problem.message)")
            #expect(problem.message.contains(Bench.sha256(bytes.reversed())))
            #expect(server.requests.count == 2)
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.output.path) == [])
            // What was wrong is not gone on from.
            server.become { [bytes] request in .content(bytes, for: request) }
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
        }
    }

    @Test("a part of which nothing is known, and one that was damaged, harm nothing")
    func foreignParts() throws {
        try Bench.with { bench in
            let server = try LocalServer { [bytes] request in
                var answer = LocalServer.Answer.content(bytes, for: request)
                answer.pause = request.number == 1 ? 10 : 0
                return answer
            }
            let log = bench.log
            #expect(throws: StageStopped.self) {
                _ = try bench.fetch(address(server)) { (log.progress.last?.completed ?? 0) > 0 }
            }
            let parts = bench.scratch.appending(path: "parts")
            let part = try #require(
                try FileManager.default.contentsOfDirectory(atPath: parts.path).first { !$0.hasSuffix("json") })
            let handle = try FileHandle(forUpdating: parts.appending(path: part))
            try handle.write(contentsOf: Data("damage".utf8))
            try handle.close()
            _ = try bench.fetch(address(server))
            #expect(try bench.bytes("train.tsv") == bytes)
        }
    }

    @Test("an empty file is one")
    func empty() throws {
        try Bench.with { bench in
            let server = try LocalServer { request in .content([], for: request) }
            let report = try bench.fetch(address(server, sha256: Bench.sha256([])))
            #expect(report.bytes == 0)
            #expect(try bench.bytes("train.tsv") == [])
        }
    }
}
