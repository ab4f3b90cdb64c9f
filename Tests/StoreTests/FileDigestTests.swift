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
        return try ((try? names(in: memory)) ?? []).contains { !(try text(memory.appending($0)).isEmpty) }
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

    @Test(
        "a file that is read by a thread of its own has the digest of all its bytes",
        arguments: [(8 << 20) + 1, 5 * (2 << 20), 23_456_789])
    func veryLargeFile(size: Int) throws {
        let block = (0..<65_537).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = Array(repeatElement(block, count: size / block.count + 1).joined().prefix(size))
        try Data(bytes).write(to: URL(filePath: path("large").string))
        #expect(try store.digest(of: path("large")) == ContentDigest(of: bytes))
    }

    @Test("a link stands for what it leads to; one that leads nowhere, a folder and what is not there are told")
    func links() throws {
        try folder.write(["blob": "weights", "folder/a": "1"])
        for (link, target) in ["link": "blob", "dangling": "nowhere"] {
            try FileManager.default.createSymbolicLink(atPath: path(link).string, withDestinationPath: target)
        }
        #expect(try store.digest(of: path("link")) == ContentDigest(of: "weights".utf8))
        try folder.write(["blob": "others"])
        #expect(try store.digest(of: path("link")) == ContentDigest(of: "others".utf8))
        let dangling = #expect(throws: StoreError.self) { try store.digest(of: path("dangling")) }
        #expect(dangling?.message == "cannot read \(path("dangling")): no such file or directory")
        let absent = #expect(throws: StoreError.self) { try store.digest(of: path("absent")) }
        #expect(absent?.message == "cannot read \(path("absent")): no such file or directory")
        let kind = #expect(throws: StoreError.self) { try store.digest(of: path("folder")) }
        #expect(kind?.kind == .content)
    }

    @Test("every change of content is seen, by every process, and a change back too")
    func changes() async throws {
        try folder.write(["input/a": "1"])
        try await age()
        let first = try store.digest(of: path("input/a"))
        let other = try Store(at: folder.path.appending("store"))
        #expect(try other.digest(of: path("input/a")) == first)
        try folder.write(["input/a": "2"])
        try await age()
        let second = try other.digest(of: path("input/a"))
        #expect(second != first)
        #expect(try store.digest(of: path("input/a")) == second)
        #expect(try Store(at: folder.path.appending("store")).digest(of: path("input/a")) == second)
        try folder.write(["input/a": "1"])
        #expect(try store.digest(of: path("input/a")) == first)
        try folder.write(["input/b": "2"])
        try FileManager.default.removeItem(atPath: path("input/a").string)
        try FileManager.default.moveItem(atPath: path("input/b").string, toPath: path("input/a").string)
        #expect(try store.digest(of: path("input/a")) == second)
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
        // On a busy machine a moment can pass before the file is read.
        var trusted = true
        for round in 0..<50 where trusted {
            try? FileManager.default.removeItem(atPath: store.root.appending("digests").string)
            try folder.write(["late": "\(round)"])
            _ = try store.digest(of: path("late"))
            trusted = try remembersAny()
        }
        #expect(!trusted)
        try await age()
        _ = try store.digest(of: path("late"))
        #expect(try remembersAny())
    }

    @Test(
        "a memory that is damaged is no memory",
        arguments: [
            "", "garbage", String(repeating: "a", count: 129), "\u{0}\u{0}", String(repeating: "a", count: 64) + " 1 2",
        ])
    func damagedMemory(text: String) async throws {
        try folder.write(["input/a": "1"])
        try await age()
        let digest = try store.digest(of: path("input/a"))
        let memory = store.root.appending("digests")
        for name in try names(in: memory) {
            try Data(text.utf8).write(to: URL(filePath: memory.appending(name).string))
        }
        let other = try Store(at: folder.path.appending("store"))
        #expect(try other.digest(of: path("input/a")) == digest)
        // What is written behind a torn record is read.
        try folder.write(["input/b": "2"])
        try await age()
        _ = try other.digest(of: path("input/b"))
        _ = try other.digest(of: path("input/a"))
        #expect(try Store(at: folder.path.appending("store")).digest(of: path("input/a")) == digest)
    }

    @Test("a memory of what files were before is written anew")
    func compaction() async throws {
        try folder.write(["input/a": "1"])
        try await age()
        let digest = try store.digest(of: path("input/a"))
        let table = store.root.appending("digests").appending(try names(in: store.root.appending("digests"))[0])
        let record = try text(table)
        let old = record.replacing(digest.hexadecimal, with: String(repeating: "0", count: 64))
        try Data((String(repeating: old, count: 1000) + record).utf8).write(to: URL(filePath: table.string))
        #expect(try Store(at: folder.path.appending("store")).digest(of: path("input/a")) == digest)
        #expect(try text(table) == record)
        #expect(try names(in: store.root.appending("digests")).count == 1)
    }

    @Test("tasks that digest one input at once agree")
    func concurrent() async throws {
        try folder.write(["input": "1"])
        try await age()
        let digests = try await withThrowingTaskGroup(of: ContentDigest.self) { group in
            for _ in 0..<16 { group.addTask { try store.digest(of: path("input")) } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(digests.count == 1)
    }
}
