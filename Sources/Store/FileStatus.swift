import Glibc
import SystemPackage

/// What the file system says of a file: whether its content can have changed.
struct FileStatus: Hashable {
    /// In bytes.
    let size: Int
    /// Last change of the content, in nanoseconds since 1970; programs can set it to anything.
    let modified: Int
    /// Last change of content, name or rights, in nanoseconds since 1970; only the kernel sets it.
    let changed: Int
    let inode: UInt64
    let device: UInt64

    init(_ stat: Stat) {
        size = Int(stat.size)
        modified = Self.nanoseconds(stat.st_mtim)
        changed = Self.nanoseconds(stat.st_ctim)
        inode = UInt64(stat.inode.rawValue)
        device = UInt64(stat.deviceID.rawValue)
    }

    static func nanoseconds(_ time: timespec) -> Int {
        time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
    }

    func isSameFile(as other: FileStatus) -> Bool {
        inode == other.inode && device == other.device
    }

    /// Whether a write after `instant` (nanoseconds since 1970) could leave this status as it is, because it falls
    /// into the same tick of the file system's clock. Such a status proves nothing, as git says of its index:
    /// "racily clean". A status of the future, after a clock was set back, proves nothing either.
    func isRacy(at instant: Int) -> Bool {
        // Kernels stamp with the time of their last tick, up to 10 ms old; some file systems keep whole seconds, FAT
        // every second one.
        let keepsWholeSeconds = changed % 1_000_000_000 == 0
        let grain = keepsWholeSeconds ? 2_000_000_000 : 20_000_000
        return changed >= instant - grain
    }

    /// The present, in nanoseconds since 1970.
    static func now() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return nanoseconds(time)
    }
}
