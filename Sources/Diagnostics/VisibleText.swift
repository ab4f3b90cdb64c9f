/// Text from files made safe and visible for a terminal.
package enum VisibleText {
    /// The text with every character that would not show, or that a terminal would obey, replaced by a visible sign:
    /// `␛` for an escape character, `<U+202E>` for one that turns the direction of writing.
    package static func of(_ text: some StringProtocol) -> String {
        guard text.unicodeScalars.contains(where: { sign(for: $0) != nil }) else { return String(text) }
        var visible = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if let sign = sign(for: scalar) {
                visible.append(contentsOf: sign.unicodeScalars)
            } else {
                visible.append(scalar)
            }
        }
        return String(visible)
    }

    /// The sign that stands for a character; nil if the character can be shown as it is.
    static func sign(for scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x20..<0x7F: return nil
        case 0..<0x20: return Unicode.Scalar(0x2400 + scalar.value).map { String($0) }
        case 0x7F: return "␡"
        case 0x200C, 0x200D:
            // Joiners are part of emoji and of some scripts.
            return nil
        case 0xE0020...0xE007F:
            // Tags spell the flags of regions.
            return nil
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
            let digits = String(scalar.value, radix: 16, uppercase: true)
            return "<U+\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)>"
        default: return nil
        }
    }
}
