import Foundation
import Store
import SystemPackage
import Testing

@Suite("Digests of inputs")
struct FileDigestTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    func path(_ name: String) -> FilePath { folder.path.pushing(FilePath(name)) }

    /// Waits until what was written is older than the grain of the file system's clock.
    func age() async throws {
        try await Task.sleep(for: .milliseconds(40))
    }

    /// Whether any input's digest is remembered for a status that proves it.
    func remembersAny() throws -> Bool {
        let memory = store.root.appending("digests")
        let files = (try? names(in: memory))?.flatMap { prefix in
            (try? names(in: memory.appending(prefix)))?.map { memory.appending(prefix).appending($0) } ?? []
        }
        return try (files ?? []).contains { !(try text($0)).hasPrefix("-") }
    }

    @Test("a file's digest is the SHA-256 of its bytes")
    func file() throws {
        try folder.write(["empty": "", "abc": "abc"])
        #expect(
            try store.digest(of: path("empty")).hexadecimal
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            try store.digest(of: path("abc")).hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("a file larger than one read has the digest of all its bytes")
    func large() throws {
        let bytes = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try Data(bytes).write(to: URL(filePath: path("large").string))
        #expect(try store.digest(of: path("large")) == ContentDigest(of: bytes))
    }

    @Test("a folder has the digest that it would have as an artifact, by whatever path it is reached")
    func asArtifact() throws {
        try folder.write(["input/a": "1", "input/nested/b": "2"])
        try FileManager.default.createSymbolicLink(atPath: path("link").string, withDestinationPath: "input")
        let digest = try store.digest(of: path("input"))
        #expect(try store.digest(of: path("link")) == digest)
        #expect(try store.digest(of: path("input/../input/")) == digest)
        #expect(try store.digest(ofFiles: [("nested/b", path("input/nested/b")), ("a", path("input/a"))]) == digest)
        #expect(try store.insert(directory: path("input")).digest == digest)
    }

    @Test("a link in a folder stands for what it leads to")
    func links() throws {
        try folder.write([
            "blobs/1": "weights", "blobs/more/2": "words", "plain/model": "weights", "plain/more/2": "words",
        ])
        try FileManager.default.createDirectory(atPath: path("linked").string, withIntermediateDirectories: false)
        for (link, target) in ["model": "../blobs/1", "more": "../blobs/more"] {
            try FileManager.default.createSymbolicLink(
                atPath: path("linked/\(link)").string, withDestinationPath: target)
        }
        #expect(try store.digest(of: path("linked")) == store.digest(of: path("plain")))
    }

    @Test("a link in a circle, one that leads nowhere, and what is not there are told")
    func badLinks() throws {
        try folder.write(["circle/a": "1", "dangling/a": "1"])
        try FileManager.default.createSymbolicLink(atPath: path("circle/up").string, withDestinationPath: ".")
        try FileManager.default.createSymbolicLink(atPath: path("dangling/no").string, withDestinationPath: "nowhere")
        let circle = #expect(throws: StoreError.self) { try store.digest(of: path("circle")) }
        #expect(circle?.kind == .content)
        let dangling = #expect(throws: StoreError.self) { try store.digest(of: path("dangling")) }
        #expect(dangling?.message == "cannot read \(path("dangling/no")): no such file or directory")
        let absent = #expect(throws: StoreError.self) { try store.digest(of: path("absent")) }
        #expect(absent?.message == "cannot read \(path("absent")): no such file or directory")
    }

    @Test("every change of content or name is seen, and a change back too")
    func changes() async throws {
        try folder.write(["input/a": "1", "input/b": "2"])
        try await age()
        let first = try store.digest(of: path("input"))
        #expect(try store.digest(of: path("input")) == first)
        try folder.write(["input/a": "2"])
        #expect(try store.digest(of: path("input")) != first)
        try folder.write(["input/a": "1"])
        #expect(try store.digest(of: path("input")) == first)
        try FileManager.default.moveItem(atPath: path("input/a").string, toPath: path("input/c").string)
        #expect(try store.digest(of: path("input")) != first)
    }

    @Test("a change that keeps size and modification time is seen")
    func restoredTime() async throws {
        try folder.write(["input": "old"])
        let time = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path("input").string)
        try await age()
        let first = try store.digest(of: path("input"))
        let handle = try FileHandle(forWritingTo: URL(filePath: path("input").string))
        try handle.write(contentsOf: Data("new".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path("input").string)
        #expect(try store.digest(of: path("input")) != first)
    }

    @Test("a file written a moment ago is not trusted to its times: a write in the same tick is seen")
    func racilyClean() async throws {
        for round in 0..<50 {
            try folder.write(["input\(round)": "old"])
            let handle = try FileHandle(forWritingTo: URL(filePath: path("input\(round)").string))
            let first = try store.digest(of: path("input\(round)"))
            try handle.write(contentsOf: Data("new".utf8))
            try handle.close()
            #expect(try store.digest(of: path("input\(round)")) != first)
        }
        try folder.write(["late": "1"])
        _ = try store.digest(of: path("late"))
        #expect(try !remembersAny())
        try await age()
        _ = try store.digest(of: path("late"))
        #expect(try remembersAny())
    }

    @Test("a memory that is damaged is no memory", arguments: ["", "garbage", String(repeating: "a", count: 129)])
    func damagedMemory(text: String) async throws {
        try folder.write(["input/a": "1"])
        try await age()
        let digest = try store.digest(of: path("input"))
        let memory = store.root.appending("digests")
        for prefix in try names(in: memory) {
            for name in try names(in: memory.appending(prefix)) {
                try Data(text.utf8).write(to: URL(filePath: memory.appending(prefix).appending(name).string))
            }
        }
        #expect(try store.digest(of: path("input")) == digest)
    }

    @Test("two files under one name, and a folder among files, are refused")
    func badLists() throws {
        try folder.write(["a": "1", "b/c": "2"])
        #expect(throws: StoreError.self) { try store.digest(ofFiles: [("x", path("a")), ("x", path("b/c"))]) }
        #expect(throws: StoreError.self) { try store.digest(ofFiles: [("x", path("b"))]) }
    }

    @Test("tasks that digest one input at once agree")
    func concurrent() async throws {
        try folder.write(Dictionary(uniqueKeysWithValues: (0..<20).map { ("input/\($0)", "\($0)") }))
        let digests = try await withThrowingTaskGroup(of: ContentDigest.self) { group in
            for _ in 0..<16 { group.addTask { try store.digest(of: path("input")) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(digests.count == 1)
    }
}
