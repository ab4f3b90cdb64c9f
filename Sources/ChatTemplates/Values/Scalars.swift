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

    /// The text between two quotes, with some scalars spelt in another way.
    func escaped(between quote: Unicode.Scalar, _ spelling: (Unicode.Scalar) -> String?) -> String {
        var bytes = Array(String(quote).utf8)
        bytes.reserveCapacity(utf8.count + 2)
        for scalar in unicodeScalars {
            if let escape = spelling(scalar) {
                bytes += escape.utf8
            } else if scalar.isASCII {
                bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                bytes += String(scalar).utf8
            }
        }
        bytes += String(quote).utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text so many times. (`String(repeating:count:)` appends text to text, which takes many times longer.)
    func repeated(_ count: Int) -> String {
        let bytes = Array(utf8)
        if bytes.count == 1 { return String(decoding: Array(repeating: bytes[0], count: count), as: UTF8.self) }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * count)
        for _ in 0..<(bytes.isEmpty ? 0 : count) { result += bytes }
        return String(decoding: result, as: UTF8.self)
    }

    init(scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
