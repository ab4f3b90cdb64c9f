/// What a plain scalar means: the core schema of YAML 1.2 (section 10.3.2), made stricter where its readers have
/// disagreed.
///
/// - `yes`, `no`, `on` and `off` are texts, as in YAML 1.2 (in YAML 1.1 they were booleans).
/// - Digits after a leading zero, as in `0777`, are a text: octal in YAML 1.1, decimal in 1.2, a name in most files.
/// - An integer that Int64 can't hold and a number that Double can't are errors, not other numbers.
enum CoreSchema {
    /// A number that can't be held.
    enum OutOfRange: Error {
        case integer
        case tooLarge
        case tooSmall
    }

    static func value(ofPlain text: String) throws(OutOfRange) -> YAMLScalar.Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        case ".nan", ".NaN", ".NAN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF": return .number(-.infinity)
        default: break
        }
        // Every number starts with a sign, a digit or a point; most texts don't.
        guard let first = text.utf8.first, "+-.0123456789".utf8.contains(first) else { return .text(text) }
        if let value = try integer(text) { return value }
        if let value = try number(text) { return value }
        return .text(text)
    }

    private static func integer(_ text: String) throws(OutOfRange) -> YAMLScalar.Value? {
        for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
            let digits = text.dropFirst(prefix.count)
            guard isDigits(digits, radix: radix) else { return nil }
            guard let value = Int(digits, radix: radix) else { throw .integer }
            return .integer(value)
        }
        let digits = text.drop { $0 == "+" || $0 == "-" }
        guard text.utf8.count - digits.utf8.count <= 1, isDigits(digits, radix: 10) else { return nil }
        guard digits.utf8.count == 1 || digits.utf8.first != UInt8(ascii: "0") else { return .text(text) }
        guard let value = Int(text) else { throw .integer }
        return .integer(value)
    }

    private static func isDigits(_ text: Substring, radix: Int) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { Int(String(UnicodeScalar($0)), radix: radix) != nil }
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func number(_ text: String) throws(OutOfRange) -> YAMLScalar.Value? {
        var rest = text.utf8[...]

        func skipSign() {
            if let first = rest.first, first == UInt8(ascii: "+") || first == UInt8(ascii: "-") { rest.removeFirst() }
        }
        func skipDigits() -> Int {
            let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            rest = rest[digits.endIndex...]
            return digits.count
        }

        skipSign()
        let mantissa = rest
        let whole = skipDigits()
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = skipDigits()
        }
        guard whole + fraction > 0 else { return nil }
        let isZero = mantissa[..<rest.startIndex].allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }
        if let first = rest.first, first == UInt8(ascii: "e") || first == UInt8(ascii: "E") {
            rest.removeFirst()
            skipSign()
            guard skipDigits() > 0 else { return nil }
        }
        guard rest.isEmpty else { return nil }

        guard let value = Double(text) else { return nil }
        if value.isInfinite { throw .tooLarge }
        if value == 0 && !isZero { throw .tooSmall }
        return .number(value)
    }
}
