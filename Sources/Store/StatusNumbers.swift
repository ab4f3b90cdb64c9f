import Glibc

/// What a record keeps of a file's status. The device's number is left out: it changes between mounts.
struct StatusNumbers: Equatable {
    let size: Int
    let modified: Int
    let changed: Int
    let inode: UInt64

    init(_ status: FileStatus) {
        size = status.size
        modified = status.modified
        changed = status.changed
        inode = status.inode
    }

    init(_ stat: stat) {
        size = Int(stat.st_size)
        modified = FileStatus.nanoseconds(stat.st_mtim)
        changed = FileStatus.nanoseconds(stat.st_ctim)
        inode = UInt64(stat.st_ino)
    }

    /// The numbers as text, which ``init(reading:at:)`` reads.
    var line: String { "\(size) \(modified) \(changed) \(inode)" }

    /// Reads four numbers with a space behind each, and moves the position behind them.
    init?(reading bytes: UnsafeRawBufferPointer, at position: inout Int) {
        func number() -> UInt64? {
            var value: UInt64 = 0
            let start = position
            while position < bytes.count, case let digit = bytes[position] &- 0x30, digit < 10 {
                value = value &* 10 &+ UInt64(digit)
                position += 1
            }
            guard position > start, position < bytes.count, bytes[position] == UInt8(ascii: " ") else { return nil }
            position += 1
            return value
        }
        guard let size = number(), let modified = number(), let changed = number(), let inode = number() else {
            return nil
        }
        self.size = Int(truncatingIfNeeded: size)
        self.modified = Int(truncatingIfNeeded: modified)
        self.changed = Int(truncatingIfNeeded: changed)
        self.inode = inode
    }
}
