import SystemPackage

extension Store {
    /// Removes the files of locks whose processes were killed. They lock nothing, they only lie about.
    package func removeDeadLocks() {
        for folder in [layout.locks, layout.runs] {
            for name in (try? FileTree.names(in: folder)) ?? [] where name.string.hasSuffix(".lock") {
                let path = folder.appending(name)
                guard !FileLock.isHeld(path), case .acquired(let lock)? = try? FileLock.attempt(path, note: "")
                else { continue }
                lock.release()
            }
        }
    }
}
