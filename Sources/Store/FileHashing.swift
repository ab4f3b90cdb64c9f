import Crypto
import Glibc
import SystemPackage
import Threading

/// The digest of a file, and the status it had from before its first byte was read to after the last.
struct HashedFile {
    let digest: ContentDigest
    let status: FileStatus
}

/// Reads a file and digests it.
///
/// - Throws: ``StoreError``: not readable, or written to during each of three attempts.
func hashFile(_ path: FilePath) throws -> HashedFile {
    try refused("read", path) {
        let descriptor = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec])
        return try descriptor.closeAfter {
            for _ in 0..<3 {
                let before = FileStatus(try descriptor.stat())
                let digest = try hash(descriptor, size: before.size)
                let after = FileStatus(try descriptor.stat())
                if before == after { return HashedFile(digest: digest, status: after) }
            }
            throw StoreError(
                .changing, "\(path) changes while it is read", help: "run again when nothing writes to it any more")
        }
    }
}

/// How far ahead the disk is told of what will be read, in bytes.
private let lookahead = 8 << 20

private func hash(_ descriptor: FileDescriptor, size: Int) throws -> ContentDigest {
    var hasher = SHA256()
    // Small enough to stay in the processor's cache between the kernel's copy and the hash.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(size + 1, 1 << 18), alignment: 64)
    defer { buffer.deallocate() }
    var offset = 0
    var announced = 0
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
    while true {
        // The disk fetches what comes while this computes.
        if size > lookahead, offset + lookahead / 2 >= announced {
            posix_fadvise(descriptor.rawValue, off_t(announced), off_t(lookahead), POSIX_FADV_WILLNEED)
            announced += lookahead
        }
        let count = try descriptor.read(fromAbsoluteOffset: Int64(offset), into: buffer)
        if count == 0 { return ContentDigest(hasher.finalize()) }
        hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += count
    }
}

/// Digests files, several at a time. The results stand in the files' order.
func hashFiles(_ paths: [FilePath]) throws -> [HashedFile] {
    try paths.concurrentMap(hashFile)
}
