import Foundation

/// Unicode's properties as the reference implementation (Hugging Face's `tokenizers` 0.23) has them.
///
/// Token ids must not depend on which Unicode version the Swift runtime knows, and a model was trained with the
/// reference's. Its tables are old: general categories are those of Unicode 8 (crate `unicode_categories` 0.1),
/// combining classes and decompositions those of Unicode 9 (`unicode-normalization-alignments` 0.1). A scalar
/// assigned later has no category there, class 0 and no decomposition. Decompositions and classes never change once
/// assigned; the seven older scalars whose category has changed since are listed in ``category(of:)``. White_Space and
/// lower case come from Rust's current tables, and agree with Swift's for all scalars. `\p{L}` and `\p{N}` in the
/// patterns of byte-level tokenizers are Oniguruma's, of Unicode 16.
///
/// The test "All scalars are classed as the reference does" watches over each of these statements.
enum ReferenceUnicode {
    /// The general category, as of Unicode 8.
    static func category(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        switch scalar.value {
        case 0x1734, 0x1171E: .nonspacingMark  // spacing marks since 14 and 13
        case 0x1885, 0x1886: .otherLetter  // nonspacing marks since 9
        case 0xA9BD: .spacingMark  // a nonspacing mark since 11
        case 0x111C9: .otherPunctuation  // a nonspacing mark since 11
        case 0x166D: .otherPunctuation  // a symbol since 12
        default: isAssigned(scalar, asOf: 8) ? scalar.properties.generalCategory : .unassigned
        }
    }

    /// Whether the reference counts the scalar among the "others": controls, formats, private use.
    static func isOther(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .control, .format, .privateUse, .surrogate: true
        default: false
        }
    }

    static func isPunctuation(_ category: Unicode.GeneralCategory) -> Bool {
        switch category {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }

    /// Whether `\p{L}` matches, as of Unicode 16.
    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            isAssigned(scalar, asOf: 16)
        default: false
        }
    }

    /// Whether `\p{N}` matches, as of Unicode 16.
    static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: isAssigned(scalar, asOf: 16)
        default: false
        }
    }

    /// The canonical combining class, as of Unicode 9.
    static func combiningClass(of scalar: Unicode.Scalar) -> UInt8 {
        isAssigned(scalar, asOf: 9) ? scalar.properties.canonicalCombiningClass.rawValue : 0
    }

    /// The full canonical decomposition of one scalar, as of Unicode 9.
    static func decomposition(of scalar: Unicode.Scalar) -> [UInt32] {
        guard isAssigned(scalar, asOf: 9) else { return [scalar.value] }
        return String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars.map(\.value)
    }

    /// The full compatibility decomposition of one scalar, as of Unicode 9.
    static func compatibilityDecomposition(of scalar: Unicode.Scalar) -> [UInt32] {
        guard isAssigned(scalar, asOf: 9) else { return [scalar.value] }
        return String(scalar).decomposedStringWithCompatibilityMapping.unicodeScalars.map(\.value)
    }

    /// The scalar whose canonical decomposition is the two, where composing is not forbidden, as of Unicode 9.
    static func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
        // Nothing below U+0300 is the second part of a composition.
        if second < 0x300 { return nil }
        if let syllable = hangulSyllable(first, second) { return syllable }
        return compositions[UInt64(first) << 32 | UInt64(second)]
    }

    /// All compositions but Hangul's, by the two parts.
    private static let compositions: [UInt64: UInt32] = {
        var composites: [[UInt32]: UInt32] = [:]
        // Nothing elsewhere is composed of two, but for what composing leaves alone.
        for value in [0xC0...0x30FF, 0x1_1000...0x1_1FFF].joined() {
            guard let scalar = Unicode.Scalar(UInt32(value)), !scalar.properties.isFullCompositionExclusion
            else { continue }
            let parts = decomposition(of: scalar)
            if parts.count > 1 { composites[parts] = scalar.value }
        }
        var compositions: [UInt64: UInt32] = [:]
        for (parts, composite) in composites {
            let rest = Array(parts.dropLast())
            guard let last = parts.last, let first = rest.count == 1 ? rest[0] : composites[rest] else { continue }
            compositions[UInt64(first) << 32 | UInt64(last)] = composite
        }
        return compositions
    }()

    /// The syllable of a leading consonant and a vowel, or of a syllable without and a trailing consonant (section 3.12).
    private static func hangulSyllable(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if (0x1100...0x1112).contains(first), (0x1161...0x1175).contains(second) {
            return 0xAC00 + ((first - 0x1100) * 21 + second - 0x1161) * 28
        }
        guard (0xAC00...0xD7A3).contains(first), (first - 0xAC00) % 28 == 0, (0x11A8...0x11C2).contains(second)
        else { return nil }
        return first + second - 0x11A7
    }

    /// Whether the scalar is a combining mark, as of Unicode 9.
    static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1CF2, 0x1CF3: return true  // letters since 12
        case 0x111C9: return false  // a mark since 11
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return isAssigned(scalar, asOf: 9)
        default: return false
        }
    }

    /// Whether the scalar is a number for Rust, as of the newest Unicode.
    static func isNumeric(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    /// `\w` of Rust's regular expressions (UTS 18, annex C), as of Unicode 16.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        guard isAssigned(scalar, asOf: 16) else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return scalar.properties.isAlphabetic || scalar.properties.isJoinControl
        }
    }

    /// The lower case of one scalar, without regard to what surrounds it: Σ is always σ.
    static func lowercase(of scalar: Unicode.Scalar) -> [UInt32] {
        scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
    }

    private static func isAssigned(_ scalar: Unicode.Scalar, asOf majorVersion: Int) -> Bool {
        scalar.properties.age.map { $0.major <= majorVersion } ?? false
    }
}
