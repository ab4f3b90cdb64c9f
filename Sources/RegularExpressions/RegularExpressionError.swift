/// Why a pattern is not a regular expression, or why a search was given up.
package enum RegularExpressionError: Error, Hashable {
    /// PCRE2 refused the pattern; `offset` counts the Unicode scalars before the fault.
    case invalidPattern(pattern: String, message: String, offset: Int)
    /// The search took more steps, or more memory, than ``RegularExpression`` allows.
    case tooExpensive(pattern: String)
    /// The bytes to search are no UTF-8 from `offset` on.
    case invalidText(offset: Int)
    /// Any other refusal of PCRE2, in its words.
    case failed(pattern: String, message: String)
}

extension RegularExpressionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .invalidPattern(let pattern, let message, let offset):
            "`\(pattern)` is not a regular expression: \(message), after character \(offset)"
        case .tooExpensive(let pattern):
            "searching with `\(pattern)` was given up after too many steps: "
                + "it backtracks without end; avoid a repetition inside a repetition, such as `(a*)*`"
        case .invalidText(let offset):
            "the text to search is not UTF-8 at byte \(offset)"
        case .failed(let pattern, let message):
            "searching with `\(pattern)` failed: \(message)"
        }
    }
}
