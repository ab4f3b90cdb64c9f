/// Why a text can't be gone on with.
package struct GenerationError: Error, Hashable, CustomStringConvertible {
    /// Each in one sentence without a full stop.
    package let problems: [String]
    package let help: String?

    init(_ problems: [String], help: String? = nil) {
        self.problems = problems
        self.help = help
    }

    package var description: String {
        problems.joined(separator: "; ") + (help.map { "\nhelp: \($0)" } ?? "")
    }
}

/// Generation was asked to stop.
package struct GenerationStopped: Error {}
