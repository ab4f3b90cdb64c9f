// What Python calls space, words and digits, which is not quite what Swift's characters do.
extension Unicode.Scalar {
    /// As `str.isspace` and the regular expression `\s`.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Where `str.splitlines` splits; `\r\n` counts once.
    var isPythonLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        default: false
        }
    }

    /// A digit of a number in a template.
    var isDigit: Bool { ("0"..."9").contains(self) }

    /// As the regular expression `\w`.
    var isWord: Bool {
        if isASCII { return isDigit || ("a"..."z").contains(self) || ("A"..."Z").contains(self) || self == "_" }
        return isPythonAlphabetic || isPythonNumeric
    }

    /// As `str.isalpha`.
    var isPythonAlphabetic: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// As `str.isnumeric`.
    var isPythonNumeric: Bool { properties.numericType != nil }

    /// As `str.isprintable`, which decides what `repr` escapes.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}

extension String {
    /// Whether two strings have the same scalars. Swift's `==` also holds between other spellings of one text.
    func hasSameScalars(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }

    init(scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
