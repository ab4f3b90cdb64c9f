/// Why a remote could not do something: what, and what to do about it.
package struct RemoteError: Error, Sendable, Hashable, CustomStringConvertible {
    package let message: String
    package let help: String?

    package init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
