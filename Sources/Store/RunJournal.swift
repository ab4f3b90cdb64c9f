import Foundation
import Glibc
package import JSONValues
import Synchronization
package import SystemPackage

/// What happens in a run, line by line as it happens.
///
/// From the first event on a lock beside the journal says that the run lives; the kernel frees it when the process ends.
package final class RunJournal: Sendable {
    private enum Life {
        case planned
        /// The lock is nil where the file system has none.
        case running(FileLock?)
        case ended
    }

    /// The run's name, which sorts by time: `2026-03-01T12-00-00.000Z-k3f9`.
    package let run: String
    private let log: AppendLog
    private let lockPath: FilePath
    /// The folder of what its stages print.
    private let logs: FilePath
    private let life = Mutex(Life.planned)

    fileprivate init(run: String, log: AppendLog, lockPath: FilePath, logs: FilePath) {
        self.run = run
        self.log = log
        self.lockPath = lockPath
        self.logs = logs
    }

    /// The file that the events are in.
    package var path: FilePath { log.path }

    /// Writes an event, an object of the caller's making.
    ///
    /// - Throws: ``StoreError``; `JSONWritingError` for a number that is not finite.
    package func append(_ event: JSONValue) throws { try append(contentsOf: [event]) }

    /// Writes several events at once.
    ///
    /// - Throws: as ``append(_:)``.
    package func append(contentsOf events: [JSONValue]) throws {
        guard !events.isEmpty else { return }
        try life.withLock { life in
            guard case .planned = life else { return }
            life = .running(try takeLock())
        }
        try log.append(events)
    }

    private func takeLock() throws -> FileLock? {
        try log.operations.createFolder(lockPath.removingLastComponent())
        while true {
            switch try FileLock.attempt(lockPath, note: LockHolder.current(run: run).note) {
            case .acquired(let lock): return lock
            case .unsupported: return nil
            // Someone asks just now whether it is held.
            case .held: continue
            }
        }
    }

    /// Writes the last event and says that the run lives no more. A run that never began leaves nothing.
    ///
    /// - Throws: as ``append(_:)``.
    package func end(_ event: JSONValue) throws {
        let ended = life.withLock { life in
            defer { life = .ended }
            return life
        }
        guard case .running(let lock) = ended else { return }
        defer {
            lock?.release()
            // Where the file system has no locks, the file alone says that the run lives.
            if lock == nil { try? log.operations.remove(lockPath) }
        }
        try log.append([event])
        // Fails, as it should, where a stage printed something.
        _ = logs.withPlatformString { rmdir($0) }
    }
}

extension Store {
    /// Begins the journal of a new run. Its file appears with the first event.
    package func beginRun() -> RunJournal {
        let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)).replacing(
            ":", with: "-")
        let run = "\(time)-\(uniqueName().prefix(6))"
        return RunJournal(run: run, log: log(of: run), lockPath: layout.runLock(run), logs: layout.logs(of: run))
    }

    /// Adds an event to a run's journal, for those who know the run by name.
    ///
    /// - Throws: as `RunJournal.append`.
    package func append(_ event: JSONValue, to run: String) throws { try log(of: run).append([event]) }

    /// The events of a run; those torn by a crash are left out. Empty for a run that is not known.
    package func events(of run: String) throws -> [JSONValue] { try log(of: run).values() }

    /// Whether the run's process lives. Where the file system has no locks, a run that has not said that it ended counts
    /// as alive.
    package func isAlive(_ run: String) -> Bool { FileLock.isHeld(layout.runLock(run)) }

    /// The names of all runs, the latest first. Costs more the more there are.
    package func runs() throws -> [String] {
        let names: [String] = try refused("read the folder", layout.runs) {
            do { return try FileTree.names(in: layout.runs).map(\.string) } catch Errno.noSuchFileOrDirectory {
                return []
            }
        }
        let suffix = layout.journal(of: "").name
        return names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
            .sorted(by: >)
    }

    private func log(of run: String) -> AppendLog {
        AppendLog(place: layout.journal(of: run), operations: operations)
    }
}
