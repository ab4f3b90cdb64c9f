extension JSONValue {
    /// The one canonical spelling of this value: equal values have equal spellings, and different values different ones.
    /// (Strings that differ only in Unicode normalisation are equal in Swift; here each keeps its own bytes.)
    ///
    /// It is that of RFC 8785 (JSON Canonicalization Scheme) with two differences, marked *:
    ///
    /// - no spaces and no line ends;
    /// - keys sorted by their Unicode scalars (*the RFC sorts by UTF-16 code units*), which is the order of their bytes;
    /// - strings are UTF-8 with only `"`, `\` and control characters escaped, as `\b \t \n \f \r` or `\u00xx`;
    /// - whole numbers within 64 bits, `.double` ones too, as plain digits (*the RFC rounds beyond 2⁵³*): 1.0 is `1`,
    ///   negative zero is `0`;
    /// - other numbers by the fewest digits that read back as the same double, written as ECMAScript does: `0.0005`,
    ///   `1e-7`, `1e+21`.
    ///
    /// - Throws: ``JSONWritingError`` for a number that is not finite.
    package var canonical: String {
        get throws(JSONWritingError) {
            var writer = JSONWriter(style: .canonical)
            try writer.write(self)
            return writer.text
        }
    }

    /// A spelling for people: two spaces a level, keys sorted, and doubles told from integers (`1.0`), which is what
    /// Python's `json.dumps(…, indent=2, sort_keys=True, ensure_ascii=False)` gives.
    ///
    /// - Throws: ``JSONWritingError`` for a number that is not finite.
    package var pretty: String {
        get throws(JSONWritingError) {
            var writer = JSONWriter(style: .pretty)
            try writer.write(self)
            return writer.text
        }
    }
}

private struct JSONWriter {
    enum Style { case canonical, pretty }

    enum PathElement {
        case key(String)
        case index(Int)
    }

    let style: Style
    var text = ""
    var path: [PathElement] = []

    init(style: Style) {
        self.style = style
    }

    mutating func write(_ value: JSONValue) throws(JSONWritingError) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += try spelling(of: value)
        case .string(let value): quote(value)
        case .array(let elements):
            try list("[", "]", elements.enumerated()) { writer, element throws(JSONWritingError) in
                writer.path.append(.index(element.offset))
                try writer.write(element.element)
            }
        case .object(let members):
            try list("{", "}", members.sorted(by: Self.scalarOrder)) { writer, member throws(JSONWritingError) in
                writer.path.append(.key(member.key))
                writer.quote(member.key)
                writer.text += writer.style == .pretty ? ": " : ":"
                try writer.write(member.value)
            }
        }
    }

    private static func scalarOrder(_ left: (key: String, value: JSONValue), _ right: (key: String, value: JSONValue))
        -> Bool
    {
        left.key.utf8.lexicographicallyPrecedes(right.key.utf8)
    }

    /// Writes elements between brackets. `element` pushes its place onto the path.
    mutating func list<Elements: Sequence>(
        _ open: String, _ close: String, _ elements: Elements,
        _ element: (inout JSONWriter, Elements.Element) throws(JSONWritingError) -> Void
    ) throws(JSONWritingError) {
        text += open
        let depth = path.count
        var isEmpty = true
        for item in elements {
            if !isEmpty { text += "," }
            isEmpty = false
            breakLine(depth + 1)
            try element(&self, item)
            path.removeLast()
        }
        if !isEmpty { breakLine(depth) }
        text += close
    }

    mutating func breakLine(_ depth: Int) {
        guard style == .pretty else { return }
        text += "\n"
        text += String(repeating: "  ", count: depth)
    }

    mutating func quote(_ string: String) {
        text += "\""
        defer { text += "\"" }
        // Nearly all strings, keys above all, stand for themselves.
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{8}": text += "\\b"
            case "\t": text += "\\t"
            case "\n": text += "\\n"
            case "\u{C}": text += "\\f"
            case "\r": text += "\\r"
            case "\0"..<" ": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
    }

    func spelling(of value: Double) throws(JSONWritingError) -> String {
        guard value.isFinite else { throw JSONWritingError(path: pathText, value: value) }
        switch style {
        case .canonical: return Self.canonicalSpelling(of: value)
        case .pretty: return value.description
        }
    }

    /// ECMAScript's Number::toString on the shortest digits, which `description` gives.
    static func canonicalSpelling(of value: Double) -> String {
        if let whole = Int(exactly: value) { return String(whole) }
        // A description is digits, a point, digits, and perhaps `e` and an exponent.
        let parts = value.magnitude.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0

        let leading = (mantissa[0] + fraction).prefix { $0 == "0" }.count
        var digits = String((mantissa[0] + fraction).dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        /// The value is 0.DIGITS × 10^point.
        let point = mantissa[0].count - leading + exponent

        let magnitude: String
        if digits.count <= point, point <= 21 {
            magnitude = digits + String(repeating: "0", count: point - digits.count)
        } else if 0 < point, point <= 21 {
            magnitude = digits.prefix(point) + "." + digits.dropFirst(point)
        } else if -6 < point, point <= 0 {
            magnitude = "0." + String(repeating: "0", count: -point) + digits
        } else {
            let rest = digits.dropFirst()
            let power = point - 1
            magnitude =
                digits.prefix(1) + (rest.isEmpty ? "" : ".") + rest + "e" + (power < 0 ? "-" : "+")
                + String(power.magnitude)
        }
        return (value < 0 ? "-" : "") + magnitude
    }

    var pathText: String {
        path.reduce(into: "") { text, element in
            switch element {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}
