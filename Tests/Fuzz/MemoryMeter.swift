import Foundation

/// How much a process's memory grows while something is done.
///
/// The kernel keeps the highest resident size of a process and begins anew when 5 is written to
/// `/proc/self/clear_refs`. The growth is that highest size less what was resident at the beginning. Memory that the
/// allocator held already is not seen, so it is told to give blocks of 128 KiB and more back at once (which is asked of
/// glibc by the environment of a new process): what hides is made of smaller blocks.
struct MemoryMeter {
    private final class Files {
        let reset = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        let status = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        var start = 0
    }

    private let files = Files()

    /// Begins this program anew with the allocator told so, unless it was.
    static func prepareAllocator() {
        guard getenv("MALLOC_MMAP_THRESHOLD_") == nil else { return }
        setenv("MALLOC_MMAP_THRESHOLD_", "131072", 1)
        setenv("MALLOC_TRIM_THRESHOLD_", "131072", 1)
        execv("/proc/self/exe", CommandLine.unsafeArgv)
    }

    func begin() {
        _ = "5".withCString { write(files.reset, $0, 1) }
        files.start = highest()
    }

    /// Bytes beyond those that were resident at the beginning.
    func end() -> Int {
        max(0, highest() - files.start)
    }

    /// `VmHWM` in bytes, 0 where the system doesn't tell.
    private func highest() -> Int {
        let size = 2048
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer -> Int in
            let count = pread(files.status, buffer.baseAddress, size, 0)
            guard count > 0 else { return 0 }
            let text = buffer[..<count]
            let key = Array("VmHWM:".utf8)
            guard let place = text.indices.first(where: { text[$0...].starts(with: key) }) else { return 0 }
            var kilobytes = 0
            for byte in text[(place + key.count)...] {
                if byte == UInt8(ascii: "\n") { break }
                if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                    kilobytes = kilobytes * 10 + Int(byte - 48)
                }
            }
            return kilobytes << 10
        }
    }
}
