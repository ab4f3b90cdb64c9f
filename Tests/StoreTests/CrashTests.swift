import Foundation
import Glibc
import JSONValues
import Store
import SystemPackage
import Testing

/// A process that ends at one step of the store, as `kill -9` ends it: from then on nothing it does has an effect.
final class Crash: Sendable {
    struct Killed: Error {}

    private let taken = Shared<[StoreStep]>([])
    private let last: Int

    /// - Parameter last: how many steps are survived.
    init(after last: Int = .max) {
        self.last = last
    }

    /// The steps that were begun, in their order.
    var steps: [StoreStep] { taken.value }

    @Sendable func faultPoint(_ step: StoreStep) throws {
        let count = taken.update { taken in
            taken.append(step)
            return taken.count
        }
        if count > last { throw Killed() }
    }
}

@Suite("Crashes")
struct CrashTests {
    let files = ["adapter.txt": "weights", "nested/config.json": "{}"]

    /// Computes in an empty store until the process is killed, and says how many steps there were.
    private func compute(in folder: TemporaryFolder, until crash: Crash) async throws {
        let store = try Store(at: folder.path.appending("store"), faultPoint: crash.faultPoint)
        try await store.compute(.sample, files)
    }

    /// What must hold of a store whatever happened to the process before, and a run that follows.
    private func checkRecovery(_ folder: TemporaryFolder, _ expected: Trace, _ comment: Comment) async throws {
        let store = try Store(at: folder.path.appending("store"))
        let key = try StoreKey(components: StageSample.sample.components)
        switch try store.lookUp(key) {
        case .hit(let trace, _): #expect(trace == expected, comment)
        case .miss(let miss): #expect(!miss.isFault, comment)
        }
        for digest in try store.allObjects() {
            guard case .intact = try store.verify(digest) else {
                Issue.record("\(digest) is visible and not whole; \(comment)")
                continue
            }
        }
        #expect(try await store.compute(.sample, files) == expected, comment)
        #expect(try store.isHit(key), comment)
        // The next run that writes clears up: only what this process has open is left, its folder and its lock.
        try await store.compute(StageSample(r: 16), files)
        #expect(try names(in: store.root.appending("work")) == [], comment)
        #expect(try names(in: store.root.appending("tmp")).count == 2, comment)
        #expect(try names(in: store.root.appending("locks")) == [], comment)
        #expect(!FileManager.default.fileExists(atPath: store.root.appending("damaged").string), comment)
    }

    /// What a process that nothing happens to computes.
    private func undisturbed() async throws -> Trace {
        let folder = try TemporaryFolder()
        return try await Store(at: folder.path.appending("store")).compute(.sample, files)
    }

    @Test("a process that dies at any step leaves the old state or the new one")
    func everyStep() async throws {
        let counting = Crash()
        try await compute(in: TemporaryFolder(), until: counting)
        #expect(counting.steps.count > 60)

        let expected = try await undisturbed()
        for step in counting.steps.indices {
            let folder = try TemporaryFolder()
            await #expect(throws: Crash.Killed.self) { try await compute(in: folder, until: Crash(after: step)) }
            try await checkRecovery(folder, expected, "killed \(counting.steps[step])")
        }
    }

    @Test(
        "a process that is really killed leaves the old state or the new one",
        arguments: Array(stride(from: 0, to: 80, by: 13)))
    func kill(step: Int) async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = folder.path.string as String, step = step as Int, files = files as [String: String]] in
            let crash = Crash(after: step)
            let store = try Store(at: FilePath(path).appending("store")) { point in
                do { try crash.faultPoint(point) } catch { Glibc.kill(getpid(), SIGKILL) }
            }
            for r in [8, 16, 24] { try await store.compute(StageSample(r: r), files) }
        }
        try await checkRecovery(folder, undisturbed(), "killed after step \(step)")
    }

    @Test("a trace gets its name when its bytes and its artifact's name are on the disk")
    func order() async throws {
        let watching = Crash()
        let folder = try TemporaryFolder()
        try await compute(in: folder, until: watching)
        let steps = watching.steps.filter { $0.moment == .after }
        func place(_ operation: StoreStep.Operation, where isMeant: (FilePath) -> Bool) throws -> Int {
            try #require(steps.firstIndex { $0.operation == operation && isMeant($0.path) })
        }
        let root = folder.path.appending("store")
        let named = try place(.rename) { $0.starts(with: root.appending("traces")) }
        let object = try place(.rename) { $0.starts(with: root.appending("objects")) }
        let shelf = steps[object].path.removingLastComponent()
        let objectSynced = try #require(steps[object...].firstIndex { $0.operation == .sync && $0.path == shelf })
        let bytesSynced = try #require(
            steps[..<named].lastIndex { $0.operation == .sync && $0.path.starts(with: root.appending("tmp")) })
        #expect(object < objectSynced && objectSynced < named && bytesSynced < named)
        // Then the name itself.
        #expect(steps[named...].contains { $0.operation == .sync && $0.path.starts(with: root.appending("traces")) })
    }

    @Test("a full disk at any step is told in words, leaves nothing half-written, and passes")
    func fullDisk() async throws {
        let counting = Crash()
        try await compute(in: TemporaryFolder(), until: counting)

        let expected = try await undisturbed()
        for (index, step) in counting.steps.enumerated() where step.moment != .after {
            let folder = try TemporaryFolder()
            let count = Shared(-1)
            let store = { () throws -> Store in
                try Store(at: folder.path.appending("store")) { _ in
                    let isFull = count.update { count in
                        count += 1
                        return count == index
                    }
                    if isFull { throw Errno.noSpace }
                }
            }
            do {
                try await store().compute(.sample, files)
            } catch let error as StoreError {
                #expect(error.kind == .system(.noSpace), "\(error)")
                #expect(error.help?.hasPrefix("free some space there") == true)
            }
            try await checkRecovery(folder, expected, "full \(step)")
        }
    }

    @Test("a limit on file sizes is told in words and leaves nothing half-written")
    func fileSizeLimit() async throws {
        let folder = try TemporaryFolder()
        await #expect(processExitsWith: .success) {
            [path = folder.path.string as String, files = files as [String: String]] in
            let store = try Store(at: FilePath(path).appending("store"))
            let output = FilePath(path).appending("output")
            try TemporaryFolder.write(files, in: output)
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 20, rlim_max: 20)
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let error = #expect(throws: StoreError.self) { try store.insert(directory: output) }
            #expect(error?.kind == .system(.fileTooLarge))
            #expect(try store.allObjects() == [])
            #expect(try text(output.appending("adapter.txt")) == "weights")
        }
        try await checkRecovery(folder, undisturbed(), "file size limit")
    }
}
