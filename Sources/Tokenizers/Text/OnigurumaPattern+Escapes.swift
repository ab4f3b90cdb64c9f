/// What begins with a backslash.
extension OnigurumaPattern {
    mutating func escape() throws(Failure) {
        guard let letter = peek(1) else { throw failure("nothing follows the backslash") }
        switch letter {
        case "A", "z":
            position += 2
            output.append("\\\(letter)")
            atom = nil
        case "b", "B":
            position += 2
            let word = "[\(UnicodeClasses.wordAlone)]"
            let (same, other) = letter == "b" ? ("!", "=") : ("=", "!")
            write("(?:(?<=\(word))(?\(same)\(word))|(?<!\(word))(?\(other)\(word)))")
            atom = nil
        case "w", "W":
            position += 2
            write((letter == "w" ? "[" : "[^") + UnicodeClasses.wordAlone + "]")
        default:
            if let content = try classEscape() {
                write("[\(content)]")
            } else {
                let scalar = try characterEscape()
                try writeLiteral(scalar, after: nil)
            }
        }
    }

    /// The content of a bracket for an escape that stands for a class, which is stepped over; nil for another escape.
    mutating func classEscape() throws(Failure) -> String? {
        guard let letter = peek(1) else { return nil }
        let content: String
        switch letter {
        case "s": content = UnicodeClasses.whitespace
        case "S": content = UnicodeClasses.notWhitespace
        case "w": content = UnicodeClasses.word
        case "W": content = UnicodeClasses.notWord
        case "d": content = try property("Nd")
        case "h": content = "0-9A-Fa-f"
        case "p":
            guard peek(2) == "{" else { throw failure("expected `\\p{…}`") }
            let name = pattern[(position + 3)...].prefix(40).prefix { $0 != "}" }
            guard peek(3 + name.count) == "}" else { throw failure("`\\p{` is not closed") }
            content = try property(name.reduce(into: "") { $0.unicodeScalars.append($1) })
            position += name.count + 2
        default: return nil
        }
        position += 2
        return content
    }

    private func property(_ name: String) throws(Failure) -> String {
        if ignoresCase, ["Lu", "Ll", "Lt"].contains(name) {
            throw failure("`\\p{\(name)}` is not supported where case is ignored")
        }
        if name == "Han" { return UnicodeClasses.han }
        guard let content = UnicodeClasses.category(name) else {
            throw failure("the property `\(name)` is not known here; the known ones are general categories and `Han`")
        }
        return content
    }

    mutating func characterEscape() throws(Failure) -> Unicode.Scalar {
        guard let letter = peek(1) else { throw failure("nothing follows the backslash") }
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "r": "\r", "t": "\t", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}", "e": "\u{1B}",
        ]
        if let scalar = simple[letter] {
            position += 2
            return scalar
        }
        if letter == "x" || letter == "u" {
            var digits = ""
            var offset = 2
            let isBraced = letter == "x" && peek(2) == "{"
            if isBraced { offset += 1 }
            let limit = isBraced ? 8 : letter == "x" ? 2 : 4
            while digits.count < limit, let digit = peek(offset), digit.properties.isASCIIHexDigit {
                digits.unicodeScalars.append(digit)
                offset += 1
            }
            if isBraced, peek(offset) == "}" { offset += 1 } else if isBraced { digits = "" }
            guard let value = UInt32(digits, radix: 16), letter == "x" || digits.count == 4,
                isBraced || value < 0x80 || letter == "u", let scalar = Unicode.Scalar(value)
            else { throw failure("this escape is not known here") }
            position += offset
            return scalar
        }
        let isPunctuation = letter.isASCII && !ASCII.isAlphanumeric(UInt8(truncatingIfNeeded: letter.value))
        guard isPunctuation else { throw failure("the escape `\\\(letter)` is not known here") }
        position += 2
        return letter
    }
}
