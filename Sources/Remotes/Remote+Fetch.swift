package import Execution
import Foundation
package import StageInterface
package import Store
import SystemPackage

extension Remote: ResultSource {
    package var name: String { address.description }

    /// - Throws: `StageFailure`, `CancellationError`.
    package func fetch(
        _ keys: [StoreKey], into store: Store, onProgress: @escaping @Sendable (StageProgress) -> Void
    ) async throws -> FetchedResults {
        do {
            var fetch = RemoteFetch(remote: self, store: store, folder: try store.makeScratchFolder())
            defer { fetch.end() }
            return try fetch.run(keys, onProgress: onProgress)
        } catch let error as RemoteError {
            throw StageFailure(error.message, help: error.help)
        } catch let error as StoreError {
            throw StageFailure(error.message, help: error.help)
        }
    }
}

/// Brings results into a store: traces, then manifests, then files, each looked at before the next is asked for. Nothing has
/// a name in the store before its digest is proven.
struct RemoteFetch {
    private struct Arrival {
        let trace: Trace
        /// Of the objects that the store has not.
        var missing: [ContentDigest: Manifest]

        var size: Int { missing.values.reduce(0) { $0 + $1.size } }
    }

    private let remote: Remote
    private let store: Store
    private let folder: FilePath
    private var fetched = FetchedResults()

    /// So much comes at once before it gets its name, in bytes: what a stop in the middle loses.
    private static let portion = 500_000_000

    init(remote: Remote, store: Store, folder: FilePath) {
        self.remote = remote
        self.store = store
        self.folder = folder
    }

    func end() { store.removeScratch(folder) }

    mutating func run(
        _ keys: [StoreKey], onProgress: (StageProgress) -> Void
    ) throws -> FetchedResults {
        let traces = try traces(keys)
        guard !traces.isEmpty else { return fetched }
        var arrivals = try arrivals(traces)[...]
        var progress = TransferProgress(total: arrivals.reduce(0) { $0 + $1.size })
        while !arrivals.isEmpty, fetched.failure == nil {
            var size = 0
            let count = arrivals.prefix { arrival in
                defer { size += arrival.size }
                return size == 0 || size + arrival.size <= Self.portion
            }.count
            let portion = arrivals.prefix(count)
            arrivals = arrivals.dropFirst(count)
            try bring(portion) { onProgress(progress.stage($0)) }
            progress.finish(portion.reduce(0) { $0 + $1.size })
        }
        onProgress(progress.end)
        return fetched
    }

    /// Those records that the remote has and that are what they should be.
    private mutating func traces(_ keys: [StoreKey]) throws -> [Trace] {
        guard try remote.hasFormat(reading: folder) else {
            fetched.failure = StageFailure(
                "the remote \(remote.address) holds no results", help: "look at its name; `push` makes one")
            return []
        }
        try remote.copy(keys.map(Store.Names.trace), to: folder)
        return keys.compactMap { key in
            guard let bytes = bytes(Store.Names.trace(key)) else { return nil }
            guard let trace = Store.trace(for: key, from: bytes) else {
                problem("the remote's record \(key.short) is damaged, or is not that of its key")
                return nil
            }
            return trace
        }
    }

    /// What is to come for each record, as the manifests say.
    private mutating func arrivals(_ traces: [Trace]) throws -> [Arrival] {
        var missing: Set<ContentDigest> = []
        for digest in traces.flatMap(\.outputs.values) where !missing.contains(digest) {
            guard case .intact = try store.object(digest) else {
                missing.insert(digest)
                continue
            }
        }
        if !missing.isEmpty { try remote.copy(missing.sorted().map(Store.Names.manifest), to: folder) }
        var arrivals: [Arrival] = []
        // Several records may name one object, which comes once.
        var planned: Set<ContentDigest> = []
        for trace in traces {
            var arrival = Arrival(trace: trace, missing: [:])
            var isComplete = true
            for digest in Set(trace.outputs.values).intersection(missing) {
                guard let manifest = manifest(of: digest) else {
                    isComplete = false
                    break
                }
                if planned.insert(digest).inserted { arrival.missing[digest] = manifest }
            }
            if isComplete { arrivals.append(arrival) }
        }
        return arrivals
    }

    private mutating func manifest(of digest: ContentDigest) -> Manifest? {
        guard let bytes = bytes(Store.Names.manifest(digest)) else {
            problem("the remote's result \(digest.short) is not whole: its manifest is missing")
            return nil
        }
        guard ContentDigest(of: bytes) == digest, let manifest = Manifest(bytes: bytes) else {
            problem("the remote's result \(digest.short) is damaged: its manifest was changed")
            return nil
        }
        let names = manifest.files.map(\.path)
        guard names.allSatisfy(FileNames.isPlainPath), Set(names).count == names.count else {
            problem("the remote's result \(digest.short) has names that lead out of its folder")
            return nil
        }
        return manifest
    }

    private mutating func bring(_ portion: ArraySlice<Arrival>, onProgress: (RcloneLog.Progress) -> Void) throws {
        let files = portion.flatMap { arrival in
            arrival.missing.flatMap { digest, manifest in
                manifest.files.map { Store.Names.file($0.path, of: digest) }
            }
        }
        do {
            if !files.isEmpty { try remote.copy(files, to: folder, onProgress: onProgress) }
        } catch let error as RemoteError {
            // What came whole until then is of use nevertheless.
            fetched.failure = StageFailure(error.message, help: error.help)
        }
        for arrival in portion {
            for (digest, manifest) in arrival.missing { try receive(digest, manifest) }
            // An object that an earlier record brought may have been refused.
            let isWhole = try Set(arrival.trace.outputs.values).allSatisfy { digest in
                guard case .intact = try store.object(digest) else { return false }
                return true
            }
            guard isWhole else { continue }
            try store.receive(arrival.trace)
            fetched.keys.insert(arrival.trace.key)
        }
    }

    private mutating func receive(_ digest: ContentDigest, _ manifest: Manifest) throws {
        let files = folder.appending(Store.Names.files(digest))
        do {
            // An artifact without files leaves no trace of a folder.
            try FileManager.default.createDirectory(atPath: files.string, withIntermediateDirectories: true)
            _ = try store.receive(directory: files, as: manifest)
        } catch let error as StoreError where error.kind == .content {
            if fetched.failure == nil {
                problem("the remote's result \(digest.short) is damaged: \(error.message)")
            }
            store.removeScratch(files)
        }
    }

    private func bytes(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: folder.appending(name).string).map(Array.init)
    }

    private mutating func problem(_ message: String) {
        fetched.problems.append(
            StageProblem(
                .warning, message,
                help: "it is as if it were not there; `push --force` from a machine that has it mends it"))
    }
}
