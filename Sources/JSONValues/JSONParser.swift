package import Foundation

extension JSONValue {
    /// How deeply arrays and objects may be nested in a text.
    package static let maximumDepth = 512

    /// Reads one JSON document (RFC 8259).
    ///
    /// A number without fraction and exponent that fits 64 bits is `.int`, every other the nearest `.double`.
    /// A byte order mark in front is skipped.
    ///
    /// - Throws: ``JSONParsingError`` with the place: not JSON, not UTF-8, a key written twice, nested deeper than
    ///   ``maximumDepth``, a number beyond the range of a double, half of a surrogate pair, or text after the end.
    package init(parsing bytes: [UInt8]) throws(JSONParsingError) {
        var parser = JSONParser<JSONValue>(bytes: bytes)
        self = try parser.document()
    }

    /// Reads one JSON document. See ``init(parsing:)-([UInt8])``.
    package init(parsing data: Data) throws(JSONParsingError) {
        try self.init(parsing: [UInt8](data))
    }

    /// Reads one JSON document. See ``init(parsing:)-([UInt8])``.
    package init(parsing text: some StringProtocol) throws(JSONParsingError) {
        try self.init(parsing: [UInt8](text.utf8))
    }
}

/// What a document is read into: a kind of value, and what gathers the members of its objects.
protocol JSONReadable {
    associatedtype Members: JSONMembers where Members.Value == Self

    static var null: Self { get }
    static func bool(_ value: Bool) -> Self
    static func int(_ value: Int) -> Self
    static func double(_ value: Double) -> Self
    static func string(_ value: String) -> Self
    static func array(_ elements: [Self]) -> Self
    static func object(_ members: Members) -> Self
}

/// The members of an object while it is read.
protocol JSONMembers {
    associatedtype Value

    init()

    /// Adds a member; false where the key was there already.
    mutating func insert(_ value: Value, forKey key: String) -> Bool
}

extension JSONValue: JSONReadable {
    typealias Members = [String: JSONValue]
}

extension [String: JSONValue]: JSONMembers {
    mutating func insert(_ value: JSONValue, forKey key: String) -> Bool {
        updateValue(value, forKey: key) == nil
    }
}

/// A recursive descent over the bytes of one document.
struct JSONParser<Tree: JSONReadable> {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSONParsingError) -> Tree {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        skipSpace()
        let value = try self.value()
        skipSpace()
        guard position == bytes.count else { throw error("expected the end, found \(found)") }
        return value
    }

    private mutating func value() throws(JSONParsingError) -> Tree {
        guard let first = next else { throw error("expected a value, found \(found)") }
        switch first {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONParsingError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONParsingError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error("expected a value, found \(found)")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONParsingError) -> Tree
    ) throws(JSONParsingError) -> Tree {
        guard depth < JSONValue.maximumDepth else {
            throw error("nested deeper than \(JSONValue.maximumDepth) arrays and objects")
        }
        depth += 1
        defer { depth -= 1 }
        return try body(&self)
    }

    private mutating func array() throws(JSONParsingError) -> Tree {
        position += 1
        var elements: [Tree] = []
        skipSpace()
        if skip("]") { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try value())
            skipSpace()
            if skip("]") { return .array(elements) }
            guard skip(",") else { throw error("expected `,` or `]`, found \(found)") }
        }
    }

    private mutating func object() throws(JSONParsingError) -> Tree {
        position += 1
        var members = Tree.Members()
        skipSpace()
        if skip("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("expected a key in quotes, found \(found)") }
            let start = position
            let key = try string()
            skipSpace()
            guard skip(":") else { throw error("expected `:` after the key, found \(found)") }
            skipSpace()
            let value = try self.value()
            guard members.insert(value, forKey: key) else {
                throw error("the key `\(key)` is written twice in one object", at: start)
            }
            skipSpace()
            if skip("}") { return .object(members) }
            guard skip(",") else { throw error("expected `,` or `}`, found \(found)") }
        }
    }

    private mutating func word(_ word: String, _ value: Tree) throws(JSONParsingError) -> Tree {
        guard bytes[position...].starts(with: word.utf8) else { throw error("expected a value, found \(found)") }
        position += word.utf8.count
        return value
    }

    // MARK: Numbers

    private mutating func number() throws(JSONParsingError) -> Tree {
        let start = position
        var isWhole = true
        _ = skip("-")
        if !skip("0") { try digits() }
        if let next, isDigit(next) { throw error("a number does not begin with 0", at: start) }
        if skip(".") {
            isWhole = false
            try digits()
        }
        if skip("e") || skip("E") {
            isWhole = false
            _ = skip("+") || skip("-")
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Negative zero is a double: no integer has its sign.
        if isWhole, text != "-0", let value = Int(text) { return .int(value) }
        guard let value = Double(text), value.isFinite else {
            throw error("\(text) is beyond the range of a double", at: start)
        }
        return .double(value)
    }

    private mutating func digits() throws(JSONParsingError) {
        guard let first = next, isDigit(first) else { throw error("expected a digit, found \(found)") }
        while position < bytes.count, isDigit(bytes[position]) { position += 1 }
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    // MARK: Strings

    private mutating func string() throws(JSONParsingError) -> String {
        let start = position
        position += 1
        var result = ""
        var runStart = position
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                result += try text(runStart..<position)
                position += 1
                return result
            case UInt8(ascii: "\\"):
                result += try text(runStart..<position)
                result.unicodeScalars.append(try escape())
                runStart = position
            case 0..<0x20:
                throw error(
                    "a control character in a string is written as an escape, as \\n or \\u00\(hexadecimal(byte))")
            default:
                position += 1
            }
        }
        throw error("this string has no closing quote", at: start)
    }

    /// A run of bytes without escapes.
    private func text(_ range: Range<Int>) throws(JSONParsingError) -> String {
        if let text = String(validating: bytes[range], as: UTF8.self) { return text }
        let valid = bytes[range].indices.first { end in
            String(validating: bytes[range.lowerBound...end], as: UTF8.self) == nil
                && (end + 1 == range.upperBound || bytes[end + 1] & 0xC0 != 0x80)
        }
        throw error("not UTF-8", at: valid ?? range.lowerBound)
    }

    private mutating func escape() throws(JSONParsingError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let byte = next else { throw error("this escape has no end", at: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default: throw error(#"unknown escape; JSON has \" \\ \/ \b \f \n \r \t and \uHHHH"#, at: start)
        }
    }

    /// The scalar of `\uHHHH`, or of the two of a surrogate pair, with `position` behind the first `u`.
    private mutating func unicodeEscape(from start: Int) throws(JSONParsingError) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        if first < 0xDC00, skip("\\"), skip("u") {
            let second = try codeUnit()
            if 0xDC00...0xDFFF ~= second {
                let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
                if let scalar = Unicode.Scalar(value) { return scalar }
            }
        }
        throw error("half of a surrogate pair; a character beyond U+FFFF needs both", at: start)
    }

    private mutating func codeUnit() throws(JSONParsingError) -> UInt16 {
        let end = min(position + 4, bytes.count)
        let digits = bytes[position..<end]
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits after \\u") }
        position = end
        return value
    }

    // MARK: Places

    private var next: UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let next = self.next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
    }

    /// What stands at the position, for messages.
    private var found: String {
        guard let next else { return "the end" }
        if next < 0x20 || next == 0x7F { return "byte 0x\(hexadecimal(next))" }
        let rest = String(decoding: bytes[position..<min(position + 16, bytes.count)], as: UTF8.self)
        return rest.first.map { "`\($0)`" } ?? "the end"
    }

    private func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private func error(_ message: String, at offset: Int? = nil) -> JSONParsingError {
        let offset = offset ?? position
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let line = before.count { $0 == 0x0A } + 1
        let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
        return JSONParsingError(line: line, column: column, offset: offset, message: message)
    }
}
