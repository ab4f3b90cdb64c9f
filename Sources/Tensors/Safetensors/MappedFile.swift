import Foundation

/// A file's bytes as memory, read from the disk page by page as they are touched.
///
/// The memory may be written: a page that is, is copied, and the file never changes. It lives as long as this object.
/// A file that another program shortens meanwhile ends this one when a lost page is touched; files are replaced whole.
final class MappedFile {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Throws: ``SafetensorsError`` that names the path and the system's reason.
    init(path: String) throws(SafetensorsError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SafetensorsError(path: path, "can't be opened: \(systemMessage())")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SafetensorsError(path: path, "can't be read: \(systemMessage())")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SafetensorsError(path: path, "is not a file")
        }
        let count = Int(status.st_size)
        guard count > 0 else {
            bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            return
        }
        // MAP_NORESERVE: written pages are few, so a file larger than memory may be mapped.
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0)
        guard let address, address != MAP_FAILED else {
            throw SafetensorsError(path: path, "can't be mapped into memory: \(systemMessage())")
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: count)
    }

    /// Gives back the memory of whole pages within a part of the file, which are read again when they are touched. What
    /// was written there would be lost.
    func letGo(of part: UnsafeMutableRawBufferPointer) {
        guard let start = part.baseAddress else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let first = (Int(bitPattern: start) + page - 1) / page * page
        let end = (Int(bitPattern: start) + part.count) / page * page
        guard first < end else { return }
        madvise(UnsafeMutableRawPointer(bitPattern: first), end - first, MADV_DONTNEED)
    }

    deinit {
        if let address = bytes.baseAddress { munmap(address, bytes.count) }
    }
}

/// What the system says of the call that has just failed.
func systemMessage() -> String {
    String(cString: strerror(errno))
}
