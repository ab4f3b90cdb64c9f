/// How many cells of a terminal a text fills.
///
/// A wide character (East Asian Width W or F, and what has emoji presentation) fills two cells, a combining mark or a
/// format character none, anything else one. A sequence that is shown as one emoji fills two. Tabs and control
/// characters have no width of their own: make them visible first (``visible(_:)``).
package enum DisplayWidth {
    /// The width of a text without line breaks, in cells.
    package static func of(_ text: some StringProtocol) -> Int {
        // Most texts are printable ASCII, one cell a byte.
        if text.utf8.allSatisfy({ 0x20..<0x7F ~= $0 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The width of one character as it is shown, in cells: 0, 1 or 2, and more for some syllables.
    package static func of(_ character: Character) -> Int {
        let scalars = character.unicodeScalars
        if scalars.count > 1 && isEmojiSequence(scalars) { return 2 }
        return scalars.reduce(0) { $0 + of($1) }
    }

    private static let emojiPresentationSelector: Unicode.Scalar = "\u{FE0F}"
    private static let zeroWidthJoiner: Unicode.Scalar = "\u{200D}"

    private static func isEmojiSequence(_ scalars: Character.UnicodeScalarView) -> Bool {
        guard let first = scalars.first, first.properties.isEmoji else { return false }
        return scalars.dropFirst().contains {
            $0 == emojiPresentationSelector || $0 == zeroWidthJoiner || $0.properties.isEmojiModifier
                || isRegionalIndicator($0)
        }
    }

    private static func isRegionalIndicator(_ scalar: Unicode.Scalar) -> Bool {
        0x1F1E6...0x1F1FF ~= scalar.value
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value == 0xAD || scalar.properties.generalCategory == .control ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
        default: break
        }
        // The vowels and final consonants of a decomposed Hangul syllable stand on its first consonant.
        if 0x1160...0x11FF ~= scalar.value { return 0 }
        return isWide(scalar) ? 2 : 1
    }

    /// East Asian Width W and F (Unicode Standard Annex #11), by block; within a block the unassigned are wide too.
    private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
            0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
            0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
            0x20000...0x3FFFD:
            true
        default:
            scalar.properties.isEmojiPresentation
        }
    }
}

/// On which side of its column a text stands.
package enum TextAlignment: Sendable {
    case left
    case right
}

extension StringProtocol {
    /// The number of terminal cells that this text fills.
    package var displayWidth: Int { DisplayWidth.of(self) }

    /// This text with spaces added, so that it fills `width` cells. A wider text stays as it is.
    package func padded(toWidth width: Int, alignment: TextAlignment = .left) -> String {
        let spaces = String(repeating: " ", count: Swift.max(0, width - displayWidth))
        return alignment == .left ? self + spaces : spaces + self
    }

    /// This text, cut with `…` at its end if it fills more than `width` cells.
    package func truncated(toWidth width: Int) -> String {
        guard displayWidth > width else { return String(self) }
        guard width > 0 else { return "" }
        var kept = ""
        var room = width - 1
        for character in self {
            room -= DisplayWidth.of(character)
            if room < 0 { break }
            kept.append(character)
        }
        return kept + "…"
    }
}
