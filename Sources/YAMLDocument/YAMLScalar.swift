package import Diagnostics

/// A single value: its text, and what the text means.
package struct YAMLScalar: Sendable {
    /// What the text means by the core schema of YAML 1.2.
    package enum Value: Sendable, Hashable {
        case null
        case bool(Bool)
        case integer(Int)
        case number(Double)
        case text(String)
    }

    package enum Style: Sendable {
        case plain
        case singleQuoted
        case doubleQuoted
        /// A block text that keeps its line breaks, `|`.
        case literal
        /// A block text whose lines are joined, `>`.
        case folded
    }

    /// The text without quotes, escapes resolved.
    package let text: String
    package let value: Value
    package let style: Style

    /// Where exactly the text stands, without quotes; nil if it is not written as it reads, because of escapes or
    /// line breaks.
    package let textLocation: SourceLocation?

    package init(_ text: String, value: Value, style: Style, textLocation: SourceLocation? = nil) {
        self.text = text
        self.value = value
        self.style = style
        self.textLocation = textLocation
    }

    /// The value in words for a message: "the text `abc`", "the number 3", "nothing".
    package var describe: String {
        switch value {
        case .null: text.isEmpty ? "nothing" : "`\(text)`"
        case .bool: "`\(text)`"
        case .integer, .number: "the number \(text)"
        case .text where text.isEmpty: "an empty text"
        case .text: "the text `\(shortened)`"
        }
    }

    /// The text up to its first line break, no longer than a message can bear.
    private var shortened: String {
        let line = text.prefix { !$0.isNewline }
        return line.count < text.count && line.displayWidth <= Self.longestInMessage
            ? line + "…" : line.truncated(toWidth: Self.longestInMessage)
    }

    private static let longestInMessage = 60
}
