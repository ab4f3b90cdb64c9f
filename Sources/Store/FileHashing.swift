import Crypto
import Dispatch
import Glibc
import Synchronization
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

/// Files with more bytes are read by a thread of their own, while the last part is hashed.
private let largeSize = 8 << 20

private func hash(_ descriptor: FileDescriptor, size: Int) throws -> ContentDigest {
    posix_fadvise(descriptor.rawValue, 0, 0, POSIX_FADV_SEQUENTIAL)
    return size > largeSize ? try hashAhead(descriptor) : try hashHere(descriptor, size: size)
}

private func hashHere(_ descriptor: FileDescriptor, size: Int) throws -> ContentDigest {
    var hasher = SHA256()
    // Small enough to stay in the processor's cache between the kernel's copy and the hash.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(size + 1, 1 << 18), alignment: 64)
    defer { buffer.deallocate() }
    var offset = 0
    while true {
        let count = try descriptor.read(fromAbsoluteOffset: Int64(offset), into: buffer)
        if count == 0 { return ContentDigest(hasher.finalize()) }
        hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        offset += count
    }
}

private func hashAhead(_ descriptor: FileDescriptor) throws -> ContentDigest {
    let parts = PartsAhead(descriptor)
    var hasher = SHA256()
    return try withThreads(1, { _ in parts.readAll() }) { others in
        guard others == 1 else { return try hashHere(descriptor, size: largeSize) }
        for number in 0... {
            guard try parts.take(number, { hasher.update(bufferPointer: $0) }) else { break }
        }
        return ContentDigest(hasher.finalize())
    }
}

/// A file's bytes, part by part: one thread reads them, up to so many parts ahead, another takes them.
private final class PartsAhead: Sendable {
    private final class Part: Sendable {
        let bytes = Mutex((buffer: [UInt8](repeating: 0, count: PartsAhead.partSize), count: 0, refusal: Errno?.none))
    }

    private static let partSize = 1 << 19

    private let descriptor: FileDescriptor
    private let parts = (0..<4).map { _ in Part() }
    private let free = DispatchSemaphore(value: 0)
    private let filled = DispatchSemaphore(value: 0)

    init(_ descriptor: FileDescriptor) {
        self.descriptor = descriptor
        for _ in parts { free.signal() }
    }

    /// Reads to the end, or to what the system refuses, as fast as parts are taken.
    func readAll() {
        var offset = 0
        for number in 0... {
            free.wait()
            let isLast = parts[number % parts.count].bytes.withLock { part in
                do {
                    part.count = try part.buffer.withUnsafeMutableBytes {
                        try descriptor.read(fromAbsoluteOffset: Int64(offset), into: $0)
                    }
                } catch {
                    part.count = 0
                    part.refusal = error as? Errno ?? .ioError
                }
                offset += part.count
                return part.count == 0
            }
            filled.signal()
            if isLast { return }
        }
    }

    /// Hands a part to the body, one after another from 0; false at the end.
    func take(_ number: Int, _ body: (UnsafeRawBufferPointer) -> Void) throws -> Bool {
        filled.wait()
        defer { free.signal() }
        return try parts[number % parts.count].bytes.withLock { part in
            if let refusal = part.refusal { throw refusal }
            guard part.count > 0 else { return false }
            part.buffer.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<part.count])) }
            return true
        }
    }
}

/// Digests files, several at a time. The results stand in the files' order.
func hashFiles(_ paths: [FilePath]) throws -> [HashedFile] {
    try paths.concurrentMap(hashFile)
}
