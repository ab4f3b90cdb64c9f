/// Steps over the tokens of a JSON text without building values.
///
/// A vocabulary is an object with a hundred thousand keys, in which keys that differ only in Unicode normalization
/// are different: more than a dictionary of strings can hold, and much faster to read as bytes. Each method returns
/// nil or false where the text is not what it reads; who calls it then has the whole text read by `JSONValue`, which
/// tells the fault and its place.
struct JSONScanner {
    private let bytes: [UInt8]
    private(set) var position: Int

    init(_ bytes: [UInt8], from position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipByte() { position += 1 }

    /// Steps over white space and then `character`, if it follows.
    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { position += 1 }
    }

    /// A whole number without sign that fits 63 bits.
    mutating func integer() -> Int? {
        skipSpace()
        let start = position
        while let next, (0x30...0x39).contains(next) { position += 1 }
        if position - start > 1, bytes[start] == 0x30 { return nil }
        return Int(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    /// The content of a string, as valid UTF-8.
    mutating func string() -> [UInt8]? {
        guard skip("\"") else { return nil }
        var content: [UInt8] = []
        var start = position
        while let byte = next {
            if byte < 0x20 { return nil }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                content += bytes[start..<position]
                position += 1
                if byte == UInt8(ascii: "\"") {
                    return String(validating: content, as: UTF8.self) == nil ? nil : content
                }
                guard let scalar = escape() else { return nil }
                UTF8Coding.forEachByte(of: scalar) { content.append($0) }
                start = position
            } else {
                position += 1
            }
        }
        return nil
    }

    /// Steps over any value, without a look at its inside but for strings and brackets.
    mutating func skipValue() -> Bool {
        skipSpace()
        var depth = 0
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard skipString() else { return false }
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                position += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 0 { return true }
                depth -= 1
                position += 1
            case UInt8(ascii: ",") where depth == 0:
                return true
            default:
                position += 1
                continue
            }
            if depth == 0 { return true }
        }
        return false
    }

    private mutating func skipString() -> Bool {
        position += 1
        while let byte = next {
            position += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte == UInt8(ascii: "\\") { position += 1 }
        }
        return false
    }

    /// The scalar of an escape, with `position` behind the backslash.
    private mutating func escape() -> UInt32? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt32(byte)
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return surrogatesJoined()
        default: return nil
        }
    }

    private mutating func surrogatesJoined() -> UInt32? {
        guard let first = codeUnit() else { return nil }
        if !(0xD800...0xDFFF).contains(first) { return first }
        guard first < 0xDC00, next == UInt8(ascii: "\\") else { return nil }
        position += 1
        guard next == UInt8(ascii: "u") else { return nil }
        position += 1
        guard let second = codeUnit(), (0xDC00...0xDFFF).contains(second) else { return nil }
        return 0x1_0000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }

    private mutating func codeUnit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 0x30)
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                value = value << 4 | UInt32((byte | 0x20) - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        position += 4
        return value
    }
}
