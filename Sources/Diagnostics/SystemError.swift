import Foundation

/// What the operating system refused, in words: Foundation's own are for programmers.
package struct SystemError: Sendable, Hashable {
    /// One sentence without a full stop.
    package let message: String
    package let help: String?

    /// Nil for an error that is not of the operating system.
    package init?(_ error: any Error) {
        let error = error as NSError
        guard let code = Self.code(of: error) else { return nil }
        let path = (error.userInfo[NSFilePathErrorKey] as? String) ?? (error.userInfo[NSURLErrorKey] as? URL)?.path
        let words = String(cString: strerror(code))
        let reason = words.prefix(1).lowercased() + words.dropFirst()
        message = path.map { "\($0): \(reason)" } ?? reason
        help = Self.remedy(for: code)
    }

    /// What to do about a refusal, by its number (`errno`); nil where that depends.
    ///
    /// - Parameter isReading: whether something was to be read, rather than changed.
    package static func remedy(for code: Int32, isReading: Bool = false) -> String? {
        switch code {
        case EACCES where isReading, EPERM where isReading:
            "give this user the right to read it, and to enter the folders above it"
        case ENOSPC, EDQUOT:
            "free some space there and run again; what is finished is kept, and nothing half-written remains"
        case EFBIG: "raise the limit on file sizes (ulimit -f) and run again; nothing half-written remains"
        case EACCES, EPERM: "give this user the right to write there, or use another folder"
        case EROFS: "results can be read from here but not added; use a folder on a writable file system"
        case EMFILE, ENFILE: "raise the limit on open files (ulimit -n) and run again"
        default: nil
        }
    }

    private static func code(of error: NSError) -> Int32? {
        if error.domain == NSPOSIXErrorDomain { return Int32(error.code) }
        return (error.userInfo[NSUnderlyingErrorKey] as? any Error).flatMap { code(of: $0 as NSError) }
    }
}
