import Foundation
package import StageInterface
package import Store
import SystemPackage

/// What a push did.
package struct PushReport: Sendable {
    /// What became of one result.
    package enum State: String, Sendable {
        /// It was sent, or the rest of it.
        case sent
        /// The remote has it already.
        case present
        /// It is not what its name says here, and was not sent.
        case damaged
    }

    package var states: [StoreKey: State] = [:]
    /// In words, by key.
    package var damage: [StoreKey: String] = [:]
    package var sentFiles = 0
    package var sentBytes = 0
}

/// Sends results to a remote: only what it has not, and in an order in which nothing incomplete is ever found.
package struct RemotePush {
    private let remote: Remote
    private let store: Store
    /// Sends also what the remote seems to have.
    private let isForced: Bool

    package init(to remote: Remote, from store: Store, isForced: Bool = false) {
        self.remote = remote
        self.store = store
        self.isForced = isForced
    }

    /// A result with the manifests of its objects.
    private struct Result {
        let trace: Trace
        let manifests: [ContentDigest: Manifest]
    }

    /// - Throws: ``RemoteError``, `StoreError`, `CancellationError`.
    package func run(_ traces: [Trace], onProgress: (StageProgress) -> Void = { _ in }) throws -> PushReport {
        let folder = try store.makeScratchFolder()
        defer { store.removeScratch(folder) }
        let hasFormat = try remote.hasFormat(reading: folder)
        var report = PushReport()
        let results = try traces.compactMap { trace in try result(trace, &report) }
        let sizes = try sizes(of: results)
        let present = try present(Array(sizes.keys), folder)
        func isMissing(_ name: String) -> Bool { isForced || present[name] != sizes[name] }

        var files: Set<String> = []
        var manifests: Set<String> = []
        var records: [String] = []
        var verified: [ContentDigest: String?] = [:]
        for result in results {
            let key = result.trace.key
            var wanted: [String] = []
            var damage: String?
            for (digest, manifest) in result.manifests {
                let parts = manifest.files.map { Store.Names.file($0.path, of: digest) }.filter(isMissing)
                guard !parts.isEmpty || isMissing(Store.Names.manifest(digest)) else { continue }
                // Only what is sent is read.
                let found = try verified[digest] ?? self.damage(of: digest)
                verified[digest] = .some(found)
                damage = damage ?? found
                wanted += parts
            }
            if let damage {
                report.states[key] = .damaged
                report.damage[key] = damage
                continue
            }
            let missing = result.manifests.keys.map(Store.Names.manifest).filter(isMissing)
            let isRecordMissing = isMissing(Store.Names.trace(key))
            report.states[key] = wanted.isEmpty && missing.isEmpty && !isRecordMissing ? .present : .sent
            files.formUnion(wanted)
            manifests.formUnion(missing)
            if isRecordMissing { records.append(Store.Names.trace(key)) }
        }
        if !hasFormat, !records.isEmpty { manifests.insert(Store.Names.format) }

        let steps = [files.sorted(), manifests.sorted(), records]
        let totals = steps.map { $0.reduce(0) { $0 + (sizes[$1] ?? 0) } }
        var progress = TransferProgress(total: totals.reduce(0, +))
        for (names, total) in zip(steps, totals) where !names.isEmpty {
            try Remote.withList(of: names, in: folder) { list in
                try remote.rclone.copy(
                    .to, folder: store.root.string, list: list, replaces: isForced,
                    onProgress: { onProgress(progress.stage($0)) })
            }
            progress.finish(total)
        }
        report.sentFiles = steps.reduce(0) { $0 + $1.count }
        report.sentBytes = totals.reduce(0, +)
        onProgress(progress.end)
        return report
    }

    private func result(_ trace: Trace, _ report: inout PushReport) throws -> Result? {
        var manifests: [ContentDigest: Manifest] = [:]
        for digest in Set(trace.outputs.values) {
            guard let manifest = try store.manifest(of: digest) else {
                report.states[trace.key] = .damaged
                report.damage[trace.key] = "its output \(digest.short) is gone"
                return nil
            }
            manifests[digest] = manifest
        }
        return Result(trace: trace, manifests: manifests)
    }

    /// The sizes of all files of some results, by their names in a store.
    private func sizes(of results: [Result]) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for result in results {
            for (digest, manifest) in result.manifests {
                for file in manifest.files { sizes[Store.Names.file(file.path, of: digest)] = file.size }
                sizes[Store.Names.manifest(digest)] = manifest.bytes.count
            }
            let record = Store.Names.trace(result.trace.key)
            let path = store.root.pushing(FilePath(record)).string
            sizes[record] = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        }
        return sizes
    }

    private func present(_ names: [String], _ folder: FilePath) throws -> [String: Int] {
        guard !isForced, !names.isEmpty else { return [:] }
        return try Remote.withList(of: names.sorted(), in: folder) { list in try remote.rclone.list(list) }
    }

    /// What is wrong with an object here, in words; nil if nothing is.
    private func damage(of digest: ContentDigest) throws -> String? {
        switch try store.verify(digest) {
        case .intact: nil
        case .missing: "its output \(digest.short) is gone"
        case .damaged(let damage): "its output \(digest.short) is damaged: \(damage)"
        }
    }
}
