import Foundation
import Glibc
import JSONValues
import SystemPackage

/// Who computes a key.
package struct LockHolder: Sendable, Hashable, CustomStringConvertible {
    package let process: Int
    package let host: String
    package let run: String
    /// When it took the lock, ISO 8601 in UTC.
    package let since: String

    package var description: String { "process \(process) on \(host), run \(run), since \(since)" }
}

/// The right to compute a key, until it is released or its process ends.
package final class KeyLock: Sendable {
    package let key: StoreKey
    /// False where the file system has no locks: then others may compute the same key, each in a folder of its own.
    package let isExclusive: Bool

    private let lock: FileLock?
    /// The name of the work folder, shared with earlier and later holders only if there is never more than one.
    let workName: String

    fileprivate init(key: StoreKey, lock: FileLock?) {
        self.key = key
        self.lock = lock
        isExclusive = lock != nil
        workName = lock == nil ? key.hexadecimal + "-" + uniqueName() : key.hexadecimal
    }

    /// Lets others compute the key. Once is enough, and the end of the object does it too.
    package func release() {
        lock?.release()
    }
}

extension Store {
    /// Takes the right to compute a key, waiting while another run has it. Look the key up again afterwards: the
    /// other run may have computed it.
    ///
    /// - Parameters:
    ///   - run: the name of the run, for those who wait for it.
    ///   - timeout: how long to wait; nil is for ever.
    ///   - onWait: called once before waiting, with the holder if it is known.
    /// - Throws: ``StoreError`` of kind `lockTimeout`, or for what the operating system refuses; `CancellationError`.
    package func lock(
        _ key: StoreKey, run: String, timeout: Duration? = nil, onWait: @Sendable (LockHolder?) -> Void = { _ in }
    ) async throws -> KeyLock {
        let place = layout.lock(key)
        let note = LockHolder.current(run: run).note
        let start = ContinuousClock.now
        var pause = Duration.milliseconds(5)
        var attempts = 0
        try operations.createFolder(place.folder)
        while true {
            try Task.checkCancellation()
            switch try FileLock.attempt(place.path, note: note) {
            case .acquired(let lock): return KeyLock(key: key, lock: lock)
            case .unsupported: return KeyLock(key: key, lock: nil)
            case .held(let note):
                let holder = LockHolder(note: note)
                // Whoever only looks whether a lock is dead holds it for a moment.
                if attempts == 1 { onWait(holder) }
                attempts += 1
                if let timeout, ContinuousClock.now - start >= timeout {
                    let who = holder.map { " (\($0))" } ?? ""
                    throw StoreError(
                        .lockTimeout, "another run is still computing \(key.short)\(who)",
                        help: "wait for it, or end that process: its lock ends with it")
                }
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .milliseconds(200))
            }
        }
    }
}

/// The name of this machine, as it knows itself: Foundation's asks the network.
private func currentHost() -> String {
    var name = utsname()
    uname(&name)
    return withUnsafeBytes(of: &name.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

extension LockHolder {
    static func current(run: String) -> LockHolder {
        LockHolder(
            process: Int(getpid()), host: currentHost(), run: run,
            since: Date.now.formatted(.iso8601))
    }

    var note: String {
        let json: JSONValue = [
            "process": .int(process), "host": .string(host), "run": .string(run), "since": .string(since),
        ]
        return (try? json.canonical) ?? ""
    }

    /// Nil where the holder has not written who it is, or half of it.
    init?(note: String) {
        guard let json = try? JSONValue(parsing: note), let process = json["process"].intValue,
            let host = json["host"].stringValue, let run = json["run"].stringValue,
            let since = json["since"].stringValue
        else { return nil }
        self.init(process: process, host: host, run: run, since: since)
    }
}
