import Foundation

/// A file that appears under its name only when it is complete.
final class AtomicFile {
    private let path: String
    private let temporaryPath: String
    private var descriptor: Int32
    private var isCommitted = false

    init(path: String) throws(SafetensorsError) {
        self.path = path
        temporaryPath = "\(path).\(UUID().uuidString).peft-pipeline-tmp"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw SafetensorsError(path: path, "can't be written: \(systemMessage())") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isCommitted { unlink(temporaryPath) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(SafetensorsError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Foundation.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw failure() }
            rest = rest.dropFirst(count)
        }
    }

    func commit() throws(SafetensorsError) {
        guard fsync(descriptor) == 0 else { throw failure() }
        let closed = close(descriptor)
        descriptor = -1
        guard closed == 0, rename(temporaryPath, path) == 0 else { throw failure() }
        isCommitted = true
        // The name itself is safe once the folder is.
        let parent = (path as NSString).deletingLastPathComponent
        let folder = open(parent.isEmpty ? "." : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    private func failure() -> SafetensorsError {
        SafetensorsError(path: path, "can't be written: \(systemMessage())")
    }
}
