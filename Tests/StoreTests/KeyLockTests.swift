import Foundation
import JSONValues
import Store
import SystemPackage
import Testing

@Suite("Locks")
struct KeyLockTests {
    let folder: TemporaryFolder
    let store: Store
    let key: StoreKey

    init() throws {
        folder = try TemporaryFolder()
        store = try Store(at: folder.path.appending("store"))
        key = try StoreKey(components: ["r": 8])
    }

    @Test("a key has one holder at a time, and waiters are told who it is")
    func exclusive() async throws {
        let lock = try await store.lock(key, run: "first")
        #expect(lock.isExclusive)
        let told = Shared<[LockHolder?]>([])
        let error = await #expect(throws: StoreError.self) {
            try await store.lock(key, run: "second", timeout: .milliseconds(30)) { holder in
                told.update { $0.append(holder) }
            }
        }
        #expect(error?.kind == .lockTimeout)
        #expect(error?.message.contains("(process \(getpid()) on ") == true)
        #expect(error?.message.contains(", run first, since ") == true)
        #expect(told.value.map(\.?.run) == ["first"])

        let other = try await store.lock(StoreKey(components: ["r": 16]), run: "second", timeout: .zero)
        other.release()
        lock.release()
        lock.release()
        try await store.lock(key, run: "second", timeout: .zero).release()
        #expect(try names(in: store.root.appending("locks")) == [])
    }

    @Test("a lock that nobody keeps is free")
    func forgotten() async throws {
        _ = try await store.lock(key, run: "first")
        _ = try await store.lock(key, run: "second", timeout: .zero)
    }

    @Test("a waiter gets the lock when it is released, and gives up when its task is cancelled")
    func waiting() async throws {
        let lock = try await store.lock(key, run: "first")
        let waiting = Task { try await store.lock(key, run: "second") }
        let cancelled = Task { try await store.lock(key, run: "third") }
        try await Task.sleep(for: .milliseconds(20))
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        lock.release()
        #expect(try await waiting.value.key == key)
    }

    @Test("many who want a key at once compute it once")
    func once() async throws {
        let computed = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<24 {
                group.addTask {
                    let stage = StageSample(r: index % 3)
                    let lock = try await store.lock(StoreKey(components: stage.components), run: "\(index)")
                    if try store.isHit(lock.key) { return }
                    computed.update { $0 += 1 }
                    let output = try store.workFolder(under: lock).appending("output")
                    try TemporaryFolder.write(["weights": "\(stage.r)"], in: output)
                    let object = try store.insert(directory: output)
                    try store.record(stage.trace(outputs: ["output": object.digest]), under: lock)
                }
            }
            try await group.waitForAll()
        }
        #expect(computed.value == 3)
    }

    @Test("a process that is killed frees its lock at once")
    func killed() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = store.root.string as String] in
            let store = try Store(at: FilePath(path))
            let lock = try await store.lock(StoreKey(components: ["r": 8]), run: "doomed")
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(try names(in: store.root.appending("locks")) == ["\(key).lock"])
        try await store.lock(key, run: "next", timeout: .zero).release()
        #expect(try names(in: store.root.appending("locks")) == [])
    }

    @Test("processes that compute the same stages at once all succeed with the same results")
    func processes() async throws {
        let root = store.root.string
        async let first: Void = Self.computeElsewhere(root)
        async let second: Void = Self.computeElsewhere(root)
        _ = await (first, second)
        for r in 0..<20 { #expect(try store.isHit(StoreKey(components: StageSample(r: r).components))) }
        #expect(try store.allObjects().count == 5)
    }

    private static func computeElsewhere(_ root: String) async {
        await #expect(processExitsWith: .success) { [root = root as String] in
            let store = try Store(at: FilePath(root))
            for r in 0..<20 { try await store.compute(StageSample(r: r), ["weights": "\(r % 5)"]) }
        }
    }
}
