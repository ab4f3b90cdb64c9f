import Glibc
import SystemPackage

/// What the file system under a store allows.
package struct StoreProbe: Sendable {
    /// Without locks everything stays correct, but two runs may compute the same.
    package let hasLocks: Bool
    /// What this user may still write, in bytes.
    package let freeBytes: Int
    /// From the first byte to the name on the disk, for a small file, in seconds.
    package let writeSeconds: Double
}

extension Store {
    /// Tries what a run does: to lock, to write a file, to give it a name.
    ///
    /// - Throws: ``StoreError`` for what the operating system refuses.
    package func probe() throws -> StoreProbe {
        let path = try scratch.newPath()
        let named = try scratch.newPath()
        let clock = ContinuousClock()
        let duration = try clock.measure {
            try operations.writeFile(path, Array("probe\n".utf8), durably: true)
            try operations.rename(path, to: named)
        }
        defer { try? operations.remove(named) }
        var hasLocks = true
        switch try FileLock.attempt(named, note: "") {
        case .acquired(let lock): lock.release()
        case .unsupported, .held: hasLocks = false
        }
        var status = statvfs()
        let free = root.withPlatformString { statvfs($0, &status) } == 0 ? Int(status.f_bavail * status.f_frsize) : 0
        return StoreProbe(
            hasLocks: hasLocks, freeBytes: free,
            writeSeconds: Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18)
    }
}
