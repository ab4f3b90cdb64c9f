import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Store")
struct StoreTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    var root: FilePath { folder.path.appending("store") }

    @Test("what is computed is found again by a store opened later")
    func roundTrip() async throws {
        let trace = try await Store(at: root).compute(.sample, ["adapter.txt": "weights", "nested/config.json": "{}"])
        let store = try Store(at: root)
        guard case .hit(let found, let objects) = try store.lookUp(trace.key) else {
            Issue.record("not found")
            return
        }
        #expect(found == trace)
        #expect(store.trace(for: trace.key) == trace)
        let output = try #require(objects["output"])
        #expect(try text(output.path.pushing("nested/config.json")) == "{}")
        #expect(try store.manifest(of: output.digest)?.files.map(\.path) == ["adapter.txt", "nested/config.json"])
        #expect(try names(in: root.appending("work")) == [])
    }

    @Test("another key is a miss")
    func miss() async throws {
        let store = try Store(at: root)
        try await store.compute(.sample, ["a": "1"])
        guard case .miss(let reason) = try store.lookUp(StoreKey(components: ["r": 16])) else {
            Issue.record("found")
            return
        }
        #expect(reason == .unknown && !reason.isFault)
    }

    @Test("a work folder survives until its computation is recorded")
    func work() async throws {
        let key = try StoreKey(components: StageSample.sample.components)
        do {
            let store = try Store(at: root)
            let lock = try await store.lock(key, run: "first")
            let work = try store.workFolder(under: lock)
            try Data("step 100".utf8).write(to: URL(filePath: work.appending("checkpoint").string))
        }
        let store = try Store(at: root)
        let lock = try await store.lock(key, run: "second")
        #expect(try text(store.workFolder(under: lock).appending("checkpoint")) == "step 100")
        try store.discardWork(under: lock)
        #expect(try names(in: store.workFolder(under: lock)) == [])
    }

    @Test("a store of a newer version is refused in words")
    func newerVersion() throws {
        try folder.write(["store/format": "2\n"])
        let error = #expect(throws: StoreError.self) { try Store(at: root) }
        #expect(
            error?.description == """
                \(root) was written by a newer version of peft-pipeline (format 2; this one reads up to 1)
                help: update peft-pipeline, or name another folder
                """)
    }

    @Test("a new store is made by whoever comes first, and others find it")
    func openedAtOnce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for r in 0..<16 {
                group.addTask { try await Store(at: root).compute(StageSample(r: r), ["a": "\(r)"]) }
            }
            try await group.waitForAll()
        }
        let store = try Store(at: root)
        for r in 0..<16 { #expect(try store.isHit(StoreKey(components: StageSample(r: r).components))) }
    }

    @Test("a folder that is no store is left alone", arguments: ["store/notes.txt", "store/format"])
    func notAStore(file: String) throws {
        try folder.write([file: "hello"])
        let error = #expect(throws: StoreError.self) { try Store(at: root) }
        #expect(error?.kind == .format)
        #expect(try names(in: root) == [String(file.dropFirst("store/".count))])
    }

    @Test("a damaged trace is a miss, and is replaced", arguments: ["", "{", "{}", "null", #"{"trace":1}"#])
    func damagedTrace(text: String) async throws {
        let store = try Store(at: root)
        let trace = try await store.compute(.sample, ["a": "1"])
        let key = trace.key.hexadecimal
        try folder.write(["store/traces/\(key.prefix(2))/\(key).json": text])
        guard case .miss(.damagedTrace) = try store.lookUp(trace.key) else {
            Issue.record("not noticed")
            return
        }
        try await store.compute(.sample, ["a": "1"])
        #expect(try store.isHit(trace.key))
    }

    @Test("a trace under another key's name is not that key's")
    func misplacedTrace() async throws {
        let store = try Store(at: root)
        let trace = try await store.compute(.sample, ["a": "1"])
        let other = try StoreKey(components: ["r": 16])
        func path(_ key: StoreKey) -> String { "store/traces/\(key.hexadecimal.prefix(2))/\(key).json" }
        try folder.write([path(other): text(folder.path.pushing(FilePath(path(trace.key))))])
        #expect(try !store.isHit(other))
    }

    @Test("a store that can only be read gives its results")
    func readOnly() async throws {
        let trace = try await Store(at: root).compute(.sample, ["a": "1"])
        try folder.write(["input": "text"])
        let input = folder.path.appending("input")
        let store = try Store(at: root) { _ in throw Errno.readOnlyFileSystem }
        #expect(try store.isHit(trace.key))
        #expect(try store.digest(of: input) == ContentDigest(of: "text".utf8))
        let error = await #expect(throws: StoreError.self) {
            try await store.compute(StageSample(r: 16), ["a": "2"])
        }
        #expect(error?.kind == .system(.readOnlyFileSystem))
        #expect(error?.help == "results can be read from here but not added; use a folder on a writable file system")
    }
}
