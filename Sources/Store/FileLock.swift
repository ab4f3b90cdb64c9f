import Glibc
import Synchronization
import SystemPackage

/// An exclusive lock on a path, held by an open descriptor: the kernel frees it when its process dies, however it dies,
/// so a lock is never stale.
final class FileLock: Sendable {
    enum Attempt {
        case acquired(FileLock)
        /// Another holds it, and may have written this about itself.
        case held(note: String)
        /// The file system has no locks, or none may be made here.
        case unsupported
    }

    let path: FilePath
    private let descriptor: Mutex<FileDescriptor?>

    private init(path: FilePath, descriptor: FileDescriptor) {
        self.path = path
        self.descriptor = Mutex(descriptor)
    }

    deinit { release() }

    /// Takes the lock if it is free, and writes `note` into its file for others to read.
    static func attempt(_ path: FilePath, note: String) throws -> Attempt {
        // A holder removes the file before it lets go, so what was locked may no longer be what the name leads to.
        while true {
            let descriptor = try refused("open the lock", path) {
                try FileDescriptor.open(
                    path, .readWrite, options: [.create, .closeOnExec], permissions: FilePermissions(rawValue: 0o666))
            }
            KillPoint.pass("opened the lock \(path)")
            guard flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                let refusal = errno
                defer { try? descriptor.close() }
                if refusal == EINTR { continue }
                guard refusal == EWOULDBLOCK else { return .unsupported }
                return .held(note: Self.note(in: descriptor))
            }
            guard let locked = try? descriptor.stat(), let named = try? path.stat(),
                FileStatus(locked).isSameFile(as: FileStatus(named))
            else {
                try? descriptor.close()
                continue
            }
            KillPoint.pass("locked \(path)")
            // The note only informs; a full disk must not stop a run here.
            _ = ftruncate(descriptor.rawValue, 0)
            _ = try? descriptor.writeAll(toAbsoluteOffset: 0, note.utf8)
            KillPoint.pass("noted in the lock \(path)")
            return .acquired(FileLock(path: path, descriptor: descriptor))
        }
    }

    /// Whether a process holds the lock now. Takes and changes nothing. Where the file system has no locks, a lock file
    /// that is there counts as held.
    static func isHeld(_ path: FilePath) -> Bool {
        guard let descriptor = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return false }
        defer { try? descriptor.close() }
        while flock(descriptor.rawValue, LOCK_SH | LOCK_NB) != 0 {
            if errno != EINTR { return true }
        }
        return false
    }

    /// Lets go. Once is enough, and the end of the object does it too.
    func release() {
        descriptor.withLock { descriptor in
            guard let held = descriptor else { return }
            KillPoint.pass("before unlock \(path)")
            _ = path.withPlatformString { unlink($0) }
            KillPoint.pass("removed the lock \(path)")
            try? held.close()
            descriptor = nil
        }
    }

    private static func note(in descriptor: FileDescriptor) -> String {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = (try? bytes.withUnsafeMutableBytes { try descriptor.read(fromAbsoluteOffset: 0, into: $0) }) ?? 0
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
