import Diagnostics
package import SystemPackage

/// Why the store could not do something: what, where, and what to do about it.
package struct StoreError: Error, Hashable, CustomStringConvertible {
    package enum Kind: Sendable, Hashable {
        /// The folder belongs to a newer version, or is no store.
        case format
        /// The operating system refused.
        case system(Errno)
        /// An artifact or input holds something that has no digest: a link out, a device, a name that is not UTF-8.
        case content
        /// An input was written to while it was read.
        case changing
        /// Another run held a key for longer than the caller wanted to wait.
        case lockTimeout
    }

    package let kind: Kind
    /// What is wrong and where, in one sentence without a full stop.
    package let message: String
    /// The remedy, if there is one.
    package let help: String?

    package init(_ kind: Kind, _ message: String, help: String? = nil) {
        self.kind = kind
        self.message = message
        self.help = help
    }

    package var description: String {
        help.map { "\(message)\nhelp: \($0)" } ?? message
    }
}

extension StoreError {
    /// A refusal of the operating system while doing `action` (an infinitive, as `write`) to `path`.
    static func system(_ errno: Errno, _ action: String, _ path: FilePath) -> StoreError {
        StoreError(
            .system(errno), "cannot \(action) \(path): \(errno.description.lowercasedFirst)",
            help: SystemError.remedy(for: errno.rawValue, isReading: action == "read"))
    }
}

extension String {
    fileprivate var lowercasedFirst: String {
        prefix(1).lowercased() + dropFirst()
    }
}
