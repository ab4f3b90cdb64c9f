import Execution
import ExternalPrograms
import Foundation
import JSONValues
import StageInterface
import Store
import SystemPackage
import TestSupport
import Testing

@testable import Remotes

/// A store, a remote that is a plain folder, and a second machine's store.
private struct Bench {
    let folder: URL
    let program: ExternalProgram

    var remoteFolder: URL { folder.appending(path: "remote") }

    static func with(_ body: (Bench) async throws -> Void) async throws {
        let program = try #require(ExternalProgram.find("rclone"))
        try await withTemporaryFolder(inMemory: true) { folder in
            try await body(Bench(folder: folder, program: program))
        }
    }

    func store(_ name: String) throws -> Store { try Store(at: FilePath(folder.appending(path: name).path)) }

    func remote(_ address: String? = nil) throws -> Remote {
        Remote(try #require(RemoteAddress(address ?? remoteFolder.path)), program: program)
    }

    /// A result with two files, of which the second has an odd name.
    func compute(_ number: Int, in store: Store) async throws -> Trace {
        let output = folder.appending(path: "output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: output.appending(path: "sub"), withIntermediateDirectories: true)
        try Data("result \(number)\n".utf8).write(to: output.appending(path: "a.txt"))
        try Data("{}".utf8).write(to: output.appending(path: "sub/ ü #;[b]*.json"))
        let object = try store.insert(directory: FilePath(output.path))
        let trace = try Trace(
            components: ["number": .int(number)], outputs: ["output": object.digest], duration: 1, created: "then",
            toolVersion: "test")
        let lock = try await store.lock(trace.key, run: "test")
        try store.record(trace, under: lock)
        lock.release()
        return trace
    }

    func fetch(_ traces: [Trace], into store: Store) async throws -> (keys: Set<StoreKey>, problems: [StageProblem]) {
        let fetched = try await remote().fetch(traces.map(\.key), into: store) { _ in }
        return (fetched.keys, fetched.problems)
    }

    func isHit(_ trace: Trace, in store: Store) throws -> Bool {
        if case .hit = try store.lookUp(trace.key) { true } else { false }
    }

    /// The remote's files whose paths end so.
    func files(_ suffix: String) -> [URL] {
        let names = FileManager.default.enumerator(atPath: remoteFolder.path)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { remoteFolder.appending(path: $0) }
    }

    /// Nothing is left of what is not verified.
    func scratch(_ name: String) throws -> [String] {
        let tmp = folder.appending(path: "\(name)/tmp")
        let sessions = try FileManager.default.contentsOfDirectory(atPath: tmp.path).filter { !$0.hasSuffix(".lock") }
        return try sessions.flatMap {
            try FileManager.default.contentsOfDirectory(atPath: tmp.appending(path: $0).path)
        }
    }
}

@Suite(
    "Remotes", .enabled(if: ExternalProgram.find("rclone") != nil, "rclone is not here: `make setup` installs it"),
    .ownThread)
struct RemoteTests {
    @Test("what is pushed is a store, comes back whole, and travels once")
    func roundTrip() async throws {
        try await Bench.with { bench in
            let (here, there) = (try bench.store("here"), try bench.store("there"))
            var traces: [Trace] = []
            for number in 0..<3 { traces.append(try await bench.compute(number, in: here)) }
            let first = try RemotePush(to: bench.remote(), from: here).run(traces)
            #expect(first.states.values.allSatisfy { $0 == .sent } && first.sentFiles == 3 * 4 + 1)
            let again = try RemotePush(to: bench.remote(), from: here).run(traces)
            #expect(again.states.values.allSatisfy { $0 == .present } && again.sentFiles == 0)
            let forced = try RemotePush(to: bench.remote(), from: here, isForced: true).run(traces)
            #expect(forced.sentFiles == 3 * 4)

            let fetched = try await bench.fetch(traces, into: there)
            #expect(fetched.keys == Set(traces.map(\.key)) && fetched.problems.isEmpty)
            for trace in traces {
                #expect(try bench.isHit(trace, in: there))
                #expect(there.trace(for: trace.key) == trace)
            }
            #expect(try bench.scratch("there") == [])
            #expect(try bench.scratch("here") == [])
            // The remote is a store itself.
            let opened = try bench.store("remote")
            for trace in traces { #expect(try bench.isHit(trace, in: opened)) }
        }
    }

    @Test("a key that the remote has not, and a remote that is none, are misses")
    func misses() async throws {
        try await Bench.with { bench in
            let (here, there) = (try bench.store("here"), try bench.store("there"))
            let (one, two) = (try await bench.compute(1, in: here), try await bench.compute(2, in: here))
            let none = try await bench.remote().fetch([one.key], into: there) { _ in }
            #expect(none.keys.isEmpty && none.failure?.description.contains("holds no results") ?? false)
            _ = try RemotePush(to: bench.remote(), from: here).run([one])
            let fetched = try await bench.fetch([one, two], into: there)
            #expect(fetched.keys == [one.key] && fetched.problems.isEmpty)
        }
    }

    @Test("what was tampered with is a miss with a warning, and the rest comes")
    func tampering() async throws {
        @Sendable func change(_ file: URL, _ bytes: String) throws { try Data(bytes.utf8).write(to: file) }
        let cases: [(String, @Sendable (Bench, Trace, Trace) throws -> Void)] = [
            (
                "content of its file `a.txt`",
                { bench, trace, _ in
                    try change(bench.file("a.txt", of: trace), "result 9\n")
                }
            ),
            ("file `a.txt` has 3 bytes", { bench, trace, _ in try change(bench.file("a.txt", of: trace), "res") }),
            (
                "`a.txt` is missing",
                { bench, trace, _ in
                    try FileManager.default.removeItem(at: bench.file("a.txt", of: trace))
                }
            ),
            (
                "manifest was changed",
                { bench, trace, _ in
                    try change(bench.manifest(of: trace), "{\"manifest\":1}\n")
                }
            ),
            (
                "manifest is missing",
                { bench, trace, _ in
                    try FileManager.default.removeItem(at: bench.manifest(of: trace))
                }
            ),
            ("record", { bench, trace, _ in try change(bench.record(of: trace), "{") }),
            // A true record under another key.
            (
                "not that of its key",
                { bench, trace, other in
                    try FileManager.default.removeItem(at: bench.record(of: trace))
                    try FileManager.default.copyItem(at: bench.record(of: other), to: bench.record(of: trace))
                }
            ),
            // A record that claims other components.
            (
                "not that of its key",
                { bench, trace, _ in
                    let text = try String(contentsOf: bench.record(of: trace), encoding: .utf8)
                    try change(bench.record(of: trace), text.replacing("\"number\":", with: "\"number\":7"))
                }
            ),
        ]
        try await Bench.with { bench in
            let (here, there) = (try bench.store("here"), try bench.store("there"))
            let other = try await bench.compute(0, in: here)
            var traces: [Trace] = []
            for number in cases.indices { traces.append(try await bench.compute(number + 1, in: here)) }
            _ = try RemotePush(to: bench.remote(), from: here).run(traces + [other])
            for (trace, change) in zip(traces, cases) { try change.1(bench, trace, other) }
            let fetched = try await bench.fetch(traces + [other], into: there)
            #expect(fetched.keys == [other.key])
            #expect(fetched.problems.count == cases.count)
            for (trace, change) in zip(traces, cases) {
                let names = [trace.key.short] + trace.outputs.values.map(\.short)
                let told = fetched.problems.filter { problem in names.contains { problem.message.contains($0) } }
                #expect(told.count == 1 && told.first?.message.contains(change.0) ?? false, "\(change.0): \(told)")
                #expect(try !bench.isHit(trace, in: there))
                #expect(there.trace(for: trace.key) == nil)
            }
            #expect(try bench.isHit(other, in: there))
            #expect(try bench.scratch("there") == [])
            // Another push mends it, if need be by force.
            _ = try RemotePush(to: bench.remote(), from: here, isForced: true).run(traces)
            #expect(try await bench.fetch(traces, into: there).keys == Set(traces.map(\.key)))
        }
    }

    @Test("a file that can't be read keeps nothing else from coming, and is told")
    func unreadable() async throws {
        try await Bench.with { bench in
            let (here, there) = (try bench.store("here"), try bench.store("there"))
            let (trace, other) = (try await bench.compute(1, in: here), try await bench.compute(2, in: here))
            _ = try RemotePush(to: bench.remote(), from: here).run([trace, other])
            // A link is no file of a result, wherever it leads.
            let file = bench.file("a.txt", of: trace)
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(at: file, withDestinationURL: bench.file("a.txt", of: other))
            let fetched = try await bench.remote().fetch([trace.key, other.key], into: there) { _ in }
            #expect(fetched.keys == [other.key])
            #expect(fetched.failure != nil || !fetched.problems.isEmpty)
            #expect(try !bench.isHit(trace, in: there))
            #expect(try bench.scratch("there") == [])
        }
    }

    @Test(
        "names in a manifest that lead out of the folder are refused", arguments: ["../../../x", "/etc/x", "a//b", "."])
    func escapes(name: String) async throws {
        try await Bench.with { bench in
            let there = try bench.store("there")
            let digest = ContentDigest(of: "x".utf8)
            let line = try JSONValue.object([
                "path": .string(name), "sha256": .string(digest.hexadecimal), "size": 1,
            ]).canonical
            let manifest = Array("{\"manifest\":1}\n\(line)\n".utf8)
            let object = ContentDigest(of: manifest)
            let trace = try Trace(
                components: ["number": 1], outputs: ["output": object], duration: 1, created: "then",
                toolVersion: "test")
            let record: JSONValue = [
                "trace": 1, "components": trace.components, "outputs": ["output": .string(object.hexadecimal)],
                "metrics": [:], "duration": 1, "created": "then", "tool": "test",
            ]
            for (file, bytes) in [
                (Store.Names.format, Array("1\n".utf8)), (Store.Names.manifest(object), manifest),
                (Store.Names.trace(trace.key), Array(try record.canonical.utf8)),
            ] {
                let url = bench.remoteFolder.appending(path: file)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(bytes).write(to: url)
            }
            let fetched = try await bench.fetch([trace], into: there)
            #expect(fetched.keys.isEmpty)
            #expect(fetched.problems.first?.message.contains("lead out") ?? false, "\(fetched.problems)")
        }
    }

    @Test("a result that is damaged here is not sent; what was half sent is sent again")
    func damage() async throws {
        try await Bench.with { bench in
            let here = try bench.store("here")
            let (one, two) = (try await bench.compute(1, in: here), try await bench.compute(2, in: here))
            // Of the same size and time, so that only who reads it sees it.
            let digest = try #require(one.outputs["output"])
            let file = bench.folder.appending(path: "here/" + Store.Names.file("a.txt", of: digest))
            let time = try FileManager.default.attributesOfItem(atPath: file.path)[.modificationDate]
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            let handle = try FileHandle(forUpdating: file)
            try handle.write(contentsOf: Data("resulT 1\n".utf8))
            try handle.close()
            try FileManager.default.setAttributes([.modificationDate: try #require(time)], ofItemAtPath: file.path)
            let report = try RemotePush(to: bench.remote(), from: here).run([one, two])
            #expect(report.states == [one.key: .damaged, two.key: .sent])
            #expect(report.damage[one.key]?.contains("`a.txt`") ?? false)
            #expect(bench.files(".json").filter { $0.path.contains("/traces/") }.count == 1)

            // As a push leaves it that was killed: a file is short.
            let sent = bench.file("a.txt", of: two)
            try Data("res".utf8).write(to: sent)
            #expect(try RemotePush(to: bench.remote(), from: here).run([two]).sentFiles == 1)
            #expect(try String(contentsOf: sent, encoding: .utf8) == "result 2\n")
        }
    }

    @Test("results of a newer version are left alone")
    func format() async throws {
        try await Bench.with { bench in
            let here = try bench.store("here")
            let trace = try await bench.compute(1, in: here)
            try FileManager.default.createDirectory(at: bench.remoteFolder, withIntermediateDirectories: true)
            try Data("2\n".utf8).write(to: bench.remoteFolder.appending(path: "format"))
            #expect(throws: RemoteError.self) { try RemotePush(to: bench.remote(), from: here).run([trace]) }
            await #expect(throws: StageFailure.self) { _ = try await bench.fetch([trace], into: here) }
            #expect(bench.files("").count == 1)
        }
    }

    @Test(
        "remotes that can't be used are told with a remedy",
        arguments: [
            ("absent:x", "no remote of that name"), (":absent:x", "kinds of remotes"),
            (":webdav,url='http://127.0.0.1:1',bearer_token=geheim:", "does not answer"),
        ])
    func unusable(address: String, words: String) async throws {
        try await Bench.with { bench in
            let here = try bench.store("here")
            let trace = try await bench.compute(1, in: here)
            let error = try #require(throws: RemoteError.self) {
                try RemotePush(to: bench.remote(address), from: here).run([trace])
            }
            #expect(error.help?.contains(words) ?? false, "\(error.message) \(error.help ?? "")")
            #expect(!error.message.contains("geheim"), "\(error.message)")
            let failure = await #expect(throws: StageFailure.self) {
                _ = try await bench.remote(address).fetch([trace.key], into: here) { _ in }
            }
            #expect(failure?.problems.first?.help?.contains(words) ?? false)
            #expect(try bench.scratch("here") == [])
        }
    }
}

extension Bench {
    fileprivate func file(_ name: String, of trace: Trace) -> URL {
        remoteFolder.appending(path: trace.outputs["output"].map { Store.Names.file(name, of: $0) } ?? "")
    }

    fileprivate func manifest(of trace: Trace) -> URL {
        remoteFolder.appending(path: trace.outputs["output"].map(Store.Names.manifest) ?? "")
    }

    fileprivate func record(of trace: Trace) -> URL { remoteFolder.appending(path: Store.Names.trace(trace.key)) }
}
