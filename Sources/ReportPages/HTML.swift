import Diagnostics
import Foundation

/// A piece of a page.
///
/// What is interpolated is text and is escaped, unless it is HTML itself, so that nothing that a data set or a recipe says
/// can become markup:
///
/// ```swift
/// let cell: HTML = "<td>\(text)</td>"
/// ```
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }

    init(stringInterpolation interpolation: StringInterpolation) { text = interpolation.text }

    static let empty: HTML = ""

    static func + (left: HTML, right: HTML) -> HTML { "\(left)\(right)" }

    static func += (left: inout HTML, right: HTML) { left.text += right.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: some StringProtocol) { text += HTML.escaped(value) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        /// A length or place in a drawing, to a tenth.
        mutating func appendInterpolation(_ value: Double) { text += HTML.coordinate(value) }

        mutating func appendInterpolation(_ html: HTML) { text += html.text }

        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }
    }

    /// Text as it stands between tags and in attributes. Characters that would not show, or that would turn the direction
    /// of writing, get a visible sign; line breaks and tabs stay.
    static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        // Signs first: they have angles of their own.
        for (row, line) in text.split(separator: "\n" as Unicode.Scalar).enumerated() {
            if row > 0 { escaped += "\n" }
            for (cell, part) in line.split(separator: "\t" as Unicode.Scalar).enumerated() {
                if cell > 0 { escaped += "\t" }
                for scalar in VisibleText.of(part).unicodeScalars {
                    switch scalar {
                    case "&": escaped += "&amp;"
                    case "<": escaped += "&lt;"
                    case ">": escaped += "&gt;"
                    case "\"": escaped += "&quot;"
                    case "'": escaped += "&#39;"
                    default: escaped.unicodeScalars.append(scalar)
                    }
                }
            }
        }
        return escaped
    }

    /// `12`, `12.5`: the same on every machine, and never an exponent.
    static func coordinate(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let tenths = Int((min(max(value, -1e6), 1e6) * 10).rounded())
        let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return (tenths < 0 ? "-" : "") + (rest == 0 ? "\(whole)" : "\(whole).\(rest)")
    }
}

extension [HTML] {
    func joined() -> HTML { "\(self)" }
}

extension StringProtocol {
    /// The parts between scalars, empty ones as well: characters would hide a line break behind a carriage return.
    fileprivate func split(separator: Unicode.Scalar) -> [String] {
        unicodeScalars.split(separator: separator, omittingEmptySubsequences: false).map {
            String(String.UnicodeScalarView($0))
        }
    }
}
