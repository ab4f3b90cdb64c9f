package import Foundation
import JSONValues
import SystemPackage

/// What a collection removes, found without removing anything.
///
/// Kept are: what the latest run of each pipeline, its latest that is done and each run since a date used; what is
/// pinned; and all that was used or made since the oldest run that lives began. The last makes a collection safe beside
/// runs: whoever finds a trace, and whoever finds that the object it made is there already, first notes the use in its
/// file times, and a collection looks at these once more after it has moved a thing out of everyone's reach.
package struct GarbageCollection: Sendable {
    package private(set) var garbage: [Garbage] = []
    /// What all objects take together, in bytes.
    package private(set) var objectBytes = 0
    /// What they will take afterwards, in bytes.
    package private(set) var keptBytes = 0

    let store: Store
    /// What was used since is in use: nanoseconds since 1970.
    let inUseSince: Int

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
        let (needed, keptRuns, start) = try Self.needs(of: store, since: since, pinned)
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

    /// What the runs that are kept need, their names, and since when things are in use, in nanoseconds since 1970.
    private static func needs(
        of store: Store, since: Date, _ pinned: GarbageRoots
    ) throws -> (needed: GarbageRoots, keptRuns: Set<String>, start: Int) {
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
        return (needed, keptRuns, start)
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
}
