package import Foundation

/// A file that passes between a runner and a worker: there whole or not at all, and of no use after a crash of the machine.
///
/// So nothing waits for the disk, as Foundation's writing does.
package enum ExchangeFile {
    /// Writes a file in place of an earlier one.
    ///
    /// - Throws: `CocoaError` with what the operating system says.
    package static func write(_ data: Data, to path: String) throws {
        let draft = path + ".part"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw refusal(draft) }
        do {
            try data.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Foundation.write(
                        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { throw refusal(draft) }
                    rest = rest.dropFirst(count)
                }
            }
        } catch {
            close(descriptor)
            unlink(draft)
            throw error
        }
        guard close(descriptor) == 0, rename(draft, path) == 0 else {
            defer { unlink(draft) }
            throw refusal(path)
        }
    }

    private static func refusal(_ path: String) -> any Error {
        let error = POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        return CocoaError(.fileWriteUnknown, userInfo: [NSUnderlyingErrorKey: error, NSFilePathErrorKey: path])
    }
}
