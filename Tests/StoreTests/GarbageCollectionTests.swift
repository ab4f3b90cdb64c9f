import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Garbage collection")
struct GarbageCollectionTests {
    let folder: TemporaryFolder
    let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
    }

    /// Makes all of the store look as if it was last used some days ago.
    private func age(days: Double = 40) throws {
        let date = Date.now - days * 86_400
        for name in FileManager.default.enumerator(atPath: store.root.string)?.compactMap({ $0 as? String }) ?? [] {
            let path = store.root.pushing(FilePath(name)).string
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
    }

    private func collect(days: Double = 30, maximumBytes: Int? = nil, pinned: GarbageRoots = .init()) throws
        -> [Garbage]
    {
        try GarbageCollection(
            store, keepingSince: Date.now - days * 86_400, maximumBytes: maximumBytes, pinned: pinned
        ).collect()
    }

    private func key(_ r: Int) throws -> StoreKey { try StoreKey(components: StageSample(r: r).components) }

    /// Writes the journal of an old run that ended.
    private func writeRun(_ name: String, pipeline: String = "p", keys: [Int]) throws {
        let events = try keys.map {
            #"{"event":"finished","stage":"s","state":"ran","key":"\#(try key($0).hexadecimal)"}"#
        }
        let first = #"{"event":"began","file":"p.yaml","pipeline":"\#(pipeline)","stages":["s"]}"#
        try folder.write(["store/runs/\(name).ndjson": ([first] + events).joined(separator: "\n") + "\n"])
    }

    @Test("what the latest run of each pipeline used stays, what an earlier one used goes")
    func latestRuns() async throws {
        for r in 1...3 { try await store.compute(StageSample(r: r), ["w": "weights \(r)"]) }
        try writeRun("2026-01-01T00-00-00Z-a", keys: [1])
        try writeRun("2026-01-02T00-00-00Z-b", keys: [2])
        try writeRun("2026-01-01T00-00-00Z-c", pipeline: "q", keys: [3])
        try age()
        let plan = try GarbageCollection(store, keepingSince: Date.now - 30 * 86_400)
        #expect(plan.garbage.map(\.kind) == [.trace, .object])
        #expect(plan.garbage.allSatisfy { $0.origin.isEmpty })
        #expect(plan.keptBytes < plan.objectBytes)
        #expect(try store.allObjects().count == 3)
        #expect(try plan.collect() == plan.garbage)
        #expect(try !store.isHit(key(1)))
        #expect(try store.isHit(key(2)))
        #expect(try store.isHit(key(3)))
        #expect(try store.allObjects().count == 2)
    }

    @Test("an object that a kept computation gave too stays")
    func sharedObjects() async throws {
        for r in 1...2 { try await store.compute(StageSample(r: r), ["w": "the same"]) }
        try writeRun("2026-01-01T00-00-00Z-a", keys: [2])
        try age()
        #expect(try collect().map(\.kind) == [.trace])
        #expect(try store.isHit(key(2)))
    }

    @Test("what was used or made lately stays, whatever the journals say")
    func recent() async throws {
        for r in 1...2 { try await store.compute(StageSample(r: r), ["w": "weights \(r)"]) }
        try age()
        #expect(try store.isHit(key(1)))
        #expect(try Set(collect().map(\.kind)) == [.trace, .object])
        #expect(try store.isHit(key(1)))
        #expect(try !store.isHit(key(2)))
    }

    @Test("what is pinned stays")
    func pinned() async throws {
        let trace = try await store.compute(StageSample(r: 1), ["w": "weights"])
        try await store.compute(StageSample(r: 2), ["w": "others"])
        try age()
        let objects = Set(trace.outputs.values)
        #expect(try collect(maximumBytes: 0, pinned: GarbageRoots(keys: [trace.key], objects: objects)).count == 2)
        #expect(try store.isHit(key(1)))
    }

    @Test("over the largest size, what was used the longest time ago goes first")
    func maximumSize() async throws {
        for r in 1...3 {
            try await store.compute(StageSample(r: r), ["w": String(repeating: "\(r)", count: 100_000)])
        }
        try writeRun("2026-01-01T00-00-00Z-a", keys: [1, 2, 3])
        try age(days: 2)
        #expect(try store.isHit(key(1)))
        // A use within the last second counts as one of now.
        try await Task.sleep(for: .milliseconds(1200))
        try FileManager.default.setAttributes(
            [.modificationDate: Date.now - 86_400],
            ofItemAtPath: store.root.appending("traces/\(key(2).hexadecimal.prefix(2))/\(key(2)).json").string)
        _ = try collect(maximumBytes: 150_000)
        #expect(try [1, 2, 3].map { try store.trace(for: key($0)) != nil } == [true, false, false])
    }

    @Test("what a run that lives has used stays, though nothing else needs it")
    func liveRun() async throws {
        for r in 1...2 { try await store.compute(StageSample(r: r), ["w": "weights \(r)"]) }
        try age()
        let journal = store.beginRun()
        try journal.append(["event": "began", "pipeline": "q", "file": "q.yaml", "stages": ["s"]])
        #expect(try store.isHit(key(1)))
        _ = try collect(days: 0, maximumBytes: 0)
        #expect(try store.isHit(key(1)))
        #expect(try store.trace(for: key(2)) == nil)
    }

    @Test("a work folder stays while its key is held, and goes when it is old")
    func work() async throws {
        let lock = try await store.lock(key(1), run: "r")
        try TemporaryFolder.write(["checkpoint": "half"], in: store.workFolder(under: lock))
        try age()
        #expect(try collect().isEmpty)
        lock.release()
        #expect(try collect().map(\.kind) == [.work])
        #expect(try names(in: store.root.appending("work")).isEmpty)
    }

    @Test("a computation that begins while a collection goes on keeps its object")
    func useDuringCollection() async throws {
        try await store.compute(StageSample(r: 1), ["w": "weights"])
        try age()
        let plan = try GarbageCollection(store, keepingSince: .now)
        #expect(plan.garbage.map(\.kind) == [.trace, .object])
        try await store.compute(StageSample(r: 2), ["w": "weights"])
        _ = try plan.collect()
        #expect(try store.isHit(key(2)))
    }

    @Test("killed at any step, no trace names an object that is gone")
    func killed() async throws {
        struct Killed: Error {}
        for r in 1...2 { try await store.compute(StageSample(r: r), ["w": "weights \(r)"]) }
        try age()
        let copy = folder.path.appending("copy")
        for limit in 0..<200 {
            try? FileManager.default.removeItem(atPath: copy.string)
            try FileManager.default.copyItem(atPath: store.root.string, toPath: copy.string)
            for name in FileManager.default.enumerator(atPath: copy.string)?.compactMap({ $0 as? String }) ?? [] {
                try FileManager.default.setAttributes(
                    [.modificationDate: Date.now - 40 * 86_400], ofItemAtPath: copy.pushing(FilePath(name)).string)
            }
            let steps = Shared(0)
            let faulty = try Store(at: copy) { _ in
                if steps.update({
                    $0 += 1; return $0
                }) > limit {
                    throw Killed()
                }
            }
            var wasKilled = false
            do { _ = try GarbageCollection(faulty, keepingSince: .now).collect() } catch is Killed { wasKilled = true }
            let after = try Store(at: copy)
            for r in 1...2 where try after.trace(for: key(r)) != nil { #expect(try after.isHit(key(r))) }
            if !wasKilled {
                #expect(try after.allObjects().isEmpty)
                return
            }
        }
        Issue.record("a collection has no end")
    }
}
