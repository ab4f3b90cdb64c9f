import Glibc
import Synchronization
import SystemPackage

/// This process's own folder in the store's `tmp`, where things are made before they get their names.
///
/// A lock beside the folder says that its owner lives. The first use in a process removes what dead ones left.
final class ScratchSpace: Sendable {
    private struct Session {
        let folder: FilePath
        /// Nil where the file system has no locks.
        let lock: FileLock?
        var count = 0
    }

    private let root: FilePath
    private let operations: FileOperations
    private let session = Mutex<Session?>(nil)
    private let tidy: @Sendable () -> Void

    /// - Parameter tidy: called once, before the first use.
    init(root: FilePath, operations: FileOperations, tidy: @escaping @Sendable () -> Void) {
        self.root = root
        self.operations = operations
        self.tidy = tidy
    }

    deinit {
        // Fails, as it should, where something was left behind after an error: the next process removes that.
        session.withLock { session in
            if let folder = session?.folder { _ = folder.withPlatformString { rmdir($0) } }
        }
    }

    /// A path where nothing is yet, in a folder that is there.
    func newPath() throws -> FilePath {
        try session.withLock { session in
            var current = try session ?? begin()
            current.count += 1
            session = current
            return current.folder.appending(String(current.count))
        }
    }

    private func begin() throws -> Session {
        try operations.createFolder(root)
        removeAbandoned()
        tidy()
        while true {
            let name = uniqueName()
            let lock: FileLock?
            switch try FileLock.attempt(root.appending(name + Self.lockSuffix), note: "") {
            case .acquired(let acquired): lock = acquired
            case .unsupported: lock = nil
            // Someone who cleans up took it for abandoned.
            case .held: continue
            }
            try operations.createFolder(root.appending(name))
            return Session(folder: root.appending(name), lock: lock)
        }
    }

    /// Removes what dead processes left. What cannot be removed stays for another time.
    private func removeAbandoned() {
        let names = ((try? FileTree.names(in: root)) ?? []).map(\.string)
        for name in Set(names.map { $0.hasSuffix(Self.lockSuffix) ? String($0.dropLast(Self.lockSuffix.count)) : $0 }) {
            guard case .acquired(let lock) = try? FileLock.attempt(root.appending(name + Self.lockSuffix), note: "")
            else { continue }
            try? operations.remove(root.appending(name))
            lock.release()
        }
    }

    /// The folders whose owners are gone.
    static func abandoned(in root: FilePath) throws -> [FilePath] {
        let names = ((try? FileTree.names(in: root)) ?? []).map(\.string).sorted()
        return names.filter { !$0.hasSuffix(lockSuffix) && !FileLock.isHeld(root.appending($0 + lockSuffix)) }
            .map { root.appending($0) }
    }

    private static let lockSuffix = ".lock"
}

/// A name that no other process has, in letters and digits.
func uniqueName() -> String {
    String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
}
