import RegularExpressions

/// Classes of characters as PCRE2 writes them between brackets, with the scalars that Oniguruma's have (Unicode 16),
/// whatever version PCRE2 was built with.
enum UnicodeClasses {
    /// The version that Oniguruma has.
    private static let version = 16

    /// The content of a bracket for a general category, as `L` or `Lu`; nil where there is none of that name.
    static func category(_ name: String) -> String? {
        guard let categories = categories[name] else { return nil }
        let known = RegularExpression.unicodeVersion.first ?? .max
        // A newer PCRE2 would match too much, and so would one that has U+1171E among the nonspacing marks, as Unicode
        // had before 15: then all scalars are written out.
        if known > version || known < 15 && (name == "Mn" || name == "Mc") {
            return ranges { isKnown($0) && categories.contains(category(of: $0)) }
        }
        return "\\p{\(name)}" + list(newScalars.filter { categories.contains(category(of: $0)) }.map(\.value))
    }

    /// The general category, as of Unicode 16.
    private static func category(of scalar: Unicode.Scalar) -> Unicode.GeneralCategory {
        // It is another letter since 17.
        scalar.value == 0x295 ? .lowercaseLetter : scalar.properties.generalCategory
    }

    /// The content of a bracket for Han, the one script that patterns of tokenizers name.
    static let han: String = {
        let ideographs = newScalars.filter { $0.properties.isUnifiedIdeograph }
        // `\p{Han}` alone would be PCRE2's for all that is used with Han.
        return "\\p{sc:Han}" + list(ideographs.map(\.value))
    }()

    /// White_Space.
    static let whitespace = #"\x09-\x0D\x20\x85\xA0\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"#

    /// All but White_Space.
    static let notWhitespace =
        #"\x00-\x08\x0E-\x1F\x21-\x84\x86-\x9F\xA1-\x{167F}\x{1681}-\x{1FFF}\x{200B}-\x{2027}\x{202A}-\x{202E}"#
        + #"\x{2030}-\x{205E}\x{2060}-\x{2FFF}\x{3001}-\x{10FFFF}"#

    /// What `\w` matches outside of brackets, where Oniguruma has its own table for Latin-1, with `²` and `½`.
    static let wordAlone = word + #"\xB2\xB3\xB9\xBC-\xBE"#

    /// What `\w` matches between brackets: letters and other alphabetics, marks, decimal numbers, connectors.
    static let word = ranges { isKnown($0) && isWord($0) }

    static let notWord = ranges { !(isKnown($0) && isWord($0)) }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: true
        default: scalar.properties.isAlphabetic
        }
    }

    private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.age.map { $0.major <= version } ?? false
    }

    /// What Oniguruma knows and PCRE2 doesn't.
    private static let newScalars: [Unicode.Scalar] = {
        let known = RegularExpression.unicodeVersion.first ?? .max
        return assigned.filter { scalar in
            guard let age = scalar.properties.age else { return false }
            return age.major > known && age.major <= version
        }
    }()

    /// The scalars of the planes that hold any, unassigned ones among them.
    private static let assigned: [Unicode.Scalar] =
        [0...0x3_FFFF, 0xE_0000...0xE_0FFF].flatMap { (values: ClosedRange<UInt32>) in
            values.compactMap(Unicode.Scalar.init)
        }

    private static let categories: [String: Set<Unicode.GeneralCategory>] = {
        let single: [(String, Unicode.GeneralCategory)] = [
            ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter), ("Lm", .modifierLetter),
            ("Lo", .otherLetter), ("Mn", .nonspacingMark), ("Mc", .spacingMark), ("Me", .enclosingMark),
            ("Nd", .decimalNumber), ("Nl", .letterNumber), ("No", .otherNumber), ("Pc", .connectorPunctuation),
            ("Pd", .dashPunctuation), ("Ps", .openPunctuation), ("Pe", .closePunctuation),
            ("Pi", .initialPunctuation), ("Pf", .finalPunctuation), ("Po", .otherPunctuation), ("Sm", .mathSymbol),
            ("Sc", .currencySymbol), ("Sk", .modifierSymbol), ("So", .otherSymbol), ("Zs", .spaceSeparator),
            ("Zl", .lineSeparator), ("Zp", .paragraphSeparator),
        ]
        var categories: [String: Set<Unicode.GeneralCategory>] = [:]
        for (name, category) in single {
            categories[name] = [category]
            categories[String(name.prefix(1)), default: []].insert(category)
        }
        return categories
    }()

    // MARK: Lists of ranges

    private static func ranges(where isIn: (Unicode.Scalar) -> Bool) -> String {
        var text = list((0...UInt32(0x3_FFFF)).filter { Unicode.Scalar($0).map(isIn) ?? false })
        text += list((0xE_0000...UInt32(0xE_0FFF)).filter { Unicode.Scalar($0).map(isIn) ?? false })
        // The rest is private use or unassigned, all of a kind.
        if let scalar = Unicode.Scalar(UInt32(0xF_0000)), isIn(scalar) {
            text += #"\x{40000}-\x{DFFFF}\x{E1000}-\x{10FFFF}"#
        }
        return text
    }

    /// Ascending numbers as ranges between brackets.
    private static func list(_ values: [UInt32]) -> String {
        var text = ""
        var index = 0
        while index < values.count {
            var end = index
            while end + 1 < values.count, values[end + 1] == values[end] + 1 { end += 1 }
            text += "\\x{\(String(values[index], radix: 16))}"
            if end > index { text += "-\\x{\(String(values[end], radix: 16))}" }
            index = end + 1
        }
        return text
    }
}
