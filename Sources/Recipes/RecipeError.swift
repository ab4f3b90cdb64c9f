/// Why a recipe can't be written, read or trusted: what, and what to do about it.
package struct RecipeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence without a full stop.
    package let message: String
    package let help: String?

    package init(_ message: String, help: String? = nil) {
        self.message = message
        self.help = help
    }

    package var description: String { message }
}
