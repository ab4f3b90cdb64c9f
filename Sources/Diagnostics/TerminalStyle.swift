/// A way to print text in a terminal, by the escape codes of ECMA-48.
///
/// Whether to use any is for the caller to decide, from `NO_COLOR` and from where the output goes.
package struct TerminalStyle: Sendable, Hashable {
    private let codes: String

    private init(_ codes: String) {
        self.codes = codes
    }

    package static let bold = TerminalStyle("1")
    package static let dim = TerminalStyle("2")
    package static let red = TerminalStyle("31")
    package static let green = TerminalStyle("32")
    package static let yellow = TerminalStyle("33")
    package static let cyan = TerminalStyle("36")
    package static let boldRed = TerminalStyle("1;31")
    package static let boldGreen = TerminalStyle("1;32")
    package static let boldYellow = TerminalStyle("1;33")
    package static let boldBlue = TerminalStyle("1;34")
    package static let boldCyan = TerminalStyle("1;36")

    /// The text in this style, or just the text if `enabled` is false.
    package func apply(to text: String, enabled: Bool = true) -> String {
        enabled && !text.isEmpty ? "\u{1B}[\(codes)m\(text)\u{1B}[0m" : text
    }
}
