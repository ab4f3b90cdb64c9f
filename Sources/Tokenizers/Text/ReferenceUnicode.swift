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

    /// The lower case of one scalar, without regard to what surrounds it: Σ is always σ.
    static func lowercase(of scalar: Unicode.Scalar) -> [UInt32] {
        scalar.properties.lowercaseMapping.unicodeScalars.map(\.value)
    }

    private static func isAssigned(_ scalar: Unicode.Scalar, asOf majorVersion: Int) -> Bool {
        scalar.properties.age.map { $0.major <= majorVersion } ?? false
    }
}
