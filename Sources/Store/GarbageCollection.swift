package import Foundation
import Glibc
import JSONValues
import SystemPackage

/// What must stay, beside what the journals and live runs name: a seam for lists that lie elsewhere.
package struct GarbageRoots: Sendable {
    package var keys: Set<StoreKey> = []
    package var objects: Set<ContentDigest> = []

    package init(keys: Set<StoreKey> = [], objects: Set<ContentDigest> = []) {
        self.keys = keys
        self.objects = objects
    }
}

/// One thing that nothing needs.
package struct Garbage: Sendable, Hashable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The record of a computation.
        case trace
        case object
        /// The folder of a computation that was not finished.
        case work
        /// An object that was set aside.
        case damaged
        /// What stages printed in a run.
        case log
        /// What a process that is gone left of things without a name.
        case scratch
    }

    package let kind: Kind
    /// Its name in the store: a key, a digest, a run.
    package let name: String
    /// What made it: the stage kind; empty where that is not known.
    package let origin: String
    package let bytes: Int
    /// When it was last used, as far as it is known.
    package let lastUsed: Date
    let path: FilePath
}

/// What a collection removes, found without removing anything.
///
/// Kept are: what the latest run of each pipeline, its latest that is done and each run since a date used; what is pinned; and all that was used
/// or made since the oldest run that lives began. The last makes a collection safe beside runs: whoever finds a trace,
/// and whoever finds that the object it made is there already, first notes the use in its file times, and a collection
/// looks at these once more after it has moved a thing out of everyone's reach.
package struct GarbageCollection: Sendable {
    package private(set) var garbage: [Garbage] = []
    /// What all objects take together, in bytes.
    package private(set) var objectBytes = 0
    /// What they will take afterwards, in bytes.
    package private(set) var keptBytes = 0

    private let store: Store
    /// What was used since is in use: nanoseconds since 1970.
    private let inUseSince: Int

    private struct Entry {
        let key: StoreKey
        let objects: [ContentDigest]
        let kind: String
        let lastUsed: Int
        let bytes: Int
        let path: FilePath
    }

    /// - Parameters:
    ///   - since: what runs since then used is kept.
    ///   - maximumBytes: what the objects may take together: where they take more, those that were used the longest time
    ///     ago go, needed or not, but for what is pinned or in use.
    ///   - pinned: what must stay in any case.
    /// - Throws: ``StoreError`` for what cannot be read.
    package init(
        _ store: Store, keepingSince since: Date, maximumBytes: Int? = nil, pinned: GarbageRoots = GarbageRoots()
    ) throws {
        self.store = store
        let cutoff = Int(since.timeIntervalSince1970 * 1e9)
        // A kernel stamps with the time of its last tick, and a run's name has whole seconds.
        var start = FileStatus.now() - 1_000_000_000
        var needed = pinned
        var keptRuns: Set<String> = []
        var pipelines: Set<String> = []
        var done: Set<String> = []
        for run in try store.runs() {
            let isAlive = store.isAlive(run)
            let overview = try store.overview(of: run)
            let began = overview?.began ?? .distantPast
            if isAlive { start = min(start, Int(began.timeIntervalSince1970 * 1e9) - 1_000_000_000) }
            let isLatest = overview.map { pipelines.insert($0.file + "\0" + $0.pipeline).inserted } ?? false
            // A run that failed or was killed does not make the results of the last good one garbage.
            let isLatestDone =
                overview.map { $0.state == .done && done.insert($0.file + "\0" + $0.pipeline).inserted } ?? false
            guard isAlive || isLatest || isLatestDone || began >= since else { continue }
            keptRuns.insert(run)
            for event in try store.events(of: run) {
                if let key = event["key"].stringValue.flatMap({ StoreKey(hexadecimal: $0) }) { needed.keys.insert(key) }
                if isAlive, let output = event["output"].stringValue.flatMap({ ContentDigest(hexadecimal: $0) }) {
                    needed.objects.insert(output)
                }
            }
        }
        inUseSince = start

        var traces: [Entry] = []
        var references: [ContentDigest: Int] = [:]
        for (name, path) in try store.entries(of: "traces") {
            guard let key = StoreKey(hexadecimal: name.replacing(".json", with: "")), let stat = try? path.stat() else {
                continue
            }
            let trace = store.trace(for: key)
            let objects = trace.map { Array(Set($0.outputs.values)) } ?? []
            for object in objects { references[object, default: 0] += 1 }
            traces.append(
                Entry(
                    key: key, objects: objects, kind: trace?.components["kind"].stringValue ?? "",
                    lastUsed: FileStatus(stat).modified, bytes: Int(stat.size), path: path))
        }
        var objects: [ContentDigest: (path: FilePath, bytes: Int, made: Int)] = [:]
        for (name, path) in try store.entries(of: "objects") {
            guard let digest = ContentDigest(hexadecimal: name), let stat = try? path.stat() else { continue }
            objects[digest] = (path, Store.bytes(below: path), FileStatus(stat).modified)
        }
        objectBytes = objects.values.reduce(0) { $0 + $1.bytes }
        keptBytes = objectBytes

        func drop(_ entry: Entry) {
            garbage.append(
                Garbage(
                    kind: .trace, name: entry.key.hexadecimal, origin: entry.kind, bytes: entry.bytes,
                    lastUsed: Self.date(entry.lastUsed), path: entry.path))
            for digest in entry.objects {
                references[digest, default: 0] -= 1
                if references[digest] == 0 { dropObject(digest, entry.kind, entry.lastUsed) }
            }
        }
        func dropObject(_ digest: ContentDigest, _ kind: String, _ lastUsed: Int) {
            guard let object = objects[digest], object.made < start, !needed.objects.contains(digest) else { return }
            keptBytes -= object.bytes
            garbage.append(
                Garbage(
                    kind: .object, name: digest.hexadecimal, origin: kind, bytes: object.bytes,
                    lastUsed: Self.date(max(lastUsed, object.made)), path: object.path))
        }

        for (digest, object) in objects.sorted(by: { $0.key < $1.key }) where references[digest] == nil {
            if object.made < cutoff { dropObject(digest, "", object.made) }
        }
        var rest: [Entry] = []
        for entry in traces.sorted(by: { ($0.lastUsed, $0.key.hexadecimal) < ($1.lastUsed, $1.key.hexadecimal) }) {
            let isNeeded = needed.keys.contains(entry.key) || entry.lastUsed >= cutoff || entry.lastUsed >= start
            if isNeeded { rest.append(entry) } else { drop(entry) }
        }
        if let maximumBytes {
            for entry in rest where keptBytes > maximumBytes {
                if entry.lastUsed < start, !pinned.keys.contains(entry.key) { drop(entry) }
            }
        }
        try addFolders(cutoff: cutoff, needed: needed, keptRuns: keptRuns)
    }

    /// Work folders, damaged objects and logs that are older than the date and that no kept run names.
    private mutating func addFolders(cutoff: Int, needed: GarbageRoots, keptRuns: Set<String>) throws {
        func add(_ kind: Garbage.Kind, in folder: FilePath, if isGarbage: (String, Int) -> Bool) throws {
            for name in try store.names(in: folder) {
                let path = folder.appending(name)
                guard let stat = try? path.stat(followTargetSymlink: false), stat.type == .directory else { continue }
                let lastUsed = Store.lastChange(below: path)
                guard lastUsed < cutoff, lastUsed < inUseSince, isGarbage(name, lastUsed) else { continue }
                garbage.append(
                    Garbage(
                        kind: kind, name: name, origin: "", bytes: Store.bytes(below: path),
                        lastUsed: Self.date(lastUsed), path: path))
            }
        }
        try add(.work, in: store.layout.work) { name, _ in
            guard let key = StoreKey(hexadecimal: name.prefix(64)) else { return false }
            return !needed.keys.contains(key) && !FileLock.isHeld(store.layout.lock(key).path)
        }
        try add(.damaged, in: store.layout.damaged) { _, _ in true }
        try add(.log, in: store.layout.runs) { name, _ in !keptRuns.contains(name) }
        for session in try ScratchSpace.abandoned(in: store.layout.scratch) {
            garbage.append(
                Garbage(
                    kind: .scratch, name: session.lastComponent?.string ?? "", origin: "",
                    bytes: Store.bytes(below: session), lastUsed: Self.date(Store.lastChange(below: session)),
                    path: session))
        }
    }

    private static func date(_ nanoseconds: Int) -> Date {
        Date(timeIntervalSince1970: Double(nanoseconds) / 1e9)
    }

    // MARK: - Removing

    /// Removes what was found, except what has come into use since: traces before the objects that they name, so that at
    /// any moment what a trace names is there.
    ///
    /// - Returns: what is gone.
    /// - Throws: ``StoreError`` for what the operating system refuses.
    package func collect() throws -> [Garbage] {
        var gone: [Garbage] = []
        var stays: Set<ContentDigest> = []
        for item in garbage where item.kind == .trace {
            guard let key = StoreKey(hexadecimal: item.name) else { continue }
            let objects = store.trace(for: key)?.outputs.values
            // Who computes the key may be about to replace the trace.
            guard case .acquired(let lock) = try store.attemptLock(key) else {
                stays.formUnion(objects.map(Set.init) ?? [])
                continue
            }
            defer { lock.release() }
            if try remove(item.path, isTree: false) {
                gone.append(item)
            } else {
                stays.formUnion(objects.map(Set.init) ?? [])
            }
        }
        for item in garbage where item.kind == .object {
            guard let digest = ContentDigest(hexadecimal: item.name), !stays.contains(digest) else { continue }
            if try remove(item.path, isTree: true) { gone.append(item) }
        }
        for item in garbage where [.damaged, .log].contains(item.kind) {
            try store.discard(item.path)
            gone.append(item)
        }
        for item in garbage where item.kind == .work {
            guard let key = StoreKey(hexadecimal: item.name.prefix(64)),
                case .acquired(let lock) = try store.attemptLock(key)
            else { continue }
            defer { lock.release() }
            guard Store.lastChange(below: item.path) < inUseSince else { continue }
            try store.discard(item.path)
            gone.append(item)
        }
        // The first use of the scratch space removes what dead processes left there.
        _ = try store.scratch.newPath()
        return gone + garbage.filter { $0.kind == .scratch }
    }

    /// Moves a thing out of everyone's reach and removes it; puts it back if it came into use before it was moved.
    ///
    /// - Returns: whether it is gone.
    private func remove(_ path: FilePath, isTree: Bool) throws -> Bool {
        guard let stat = try? path.stat(followTargetSymlink: false), FileStatus(stat).modified < inUseSince else {
            return false
        }
        let doomed = try store.scratch.newPath()
        do {
            try store.operations.rename(path, to: doomed)
        } catch let error as StoreError where error.kind == .system(.noSuchFileOrDirectory) {
            return true
        }
        if let stat = try? doomed.stat(followTargetSymlink: false), FileStatus(stat).modified >= inUseSince {
            // Where the same was made anew meanwhile, that one stays.
            if (try? path.stat(followTargetSymlink: false)) == nil {
                try? store.operations.rename(doomed, to: path)
            }
            try store.operations.remove(doomed)
            return false
        }
        try store.operations.remove(doomed)
        return true
    }
}
