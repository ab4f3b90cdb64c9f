import Execution
import Foundation
import StageInterface
import Store
import Synchronization
import SystemPackage

/// A source whose results lie in another store of this process.
final class FakeSource: ResultSource {
    let name = "elsewhere"
    private let store: Store
    private let state = Mutex((calls: [[StoreKey]](), failsAfter: Int.max))

    init(_ store: Store) { self.store = store }

    /// The keys of each call, and forgets them.
    func takeCalls() -> [[StoreKey]] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls
        }
    }

    /// From that many calls on it can't be used.
    func fail(after calls: Int) { state.withLock { $0.failsAfter = calls } }

    func fetch(
        _ keys: [StoreKey], into store: Store, onProgress: @escaping @Sendable (StageProgress) -> Void
    ) async throws -> FetchedResults {
        let fails = state.withLock { state in
            state.calls.append(keys)
            state.failsAfter -= 1
            return state.failsAfter < 0
        }
        if fails { throw StageFailure("the wire is cut", help: "mend it") }
        var fetched = FetchedResults()
        for key in keys {
            guard case .hit(let trace, let objects) = try self.store.lookUp(key) else { continue }
            for (_, object) in objects {
                let folder = try store.makeScratchFolder()
                for name in try FileManager.default.contentsOfDirectory(atPath: object.path.string) {
                    try FileManager.default.copyItem(
                        atPath: object.path.appending(name).string, toPath: folder.appending(name).string)
                }
                _ = try store.insert(directory: folder)
            }
            try store.receive(trace)
            fetched.keys.insert(key)
        }
        onProgress(StageProgress(completed: 1, total: 1))
        return fetched
    }
}
