/// Values as JSON, as Python's `json.dumps` spells them.
struct JSONWriter {
    let evaluator: Evaluator
    /// Nil for all on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
    var isASCII = false
    private(set) var text = ""

    init(evaluator: Evaluator) {
        self.evaluator = evaluator
    }

    mutating func write(_ value: Value, level: Int = 0) throws(TemplateError) {
        switch value {
        case .none: try append("null")
        case .bool(let value): try append(value ? "true" : "false")
        case .int(let value): try append(String(value))
        case .float(let value): try append(Self.spelling(of: value))
        case .string(let text): try append(quoted(text))
        case .list(let elements), .tuple(let elements): try write(elements.array, level: level)
        case .dictionary(let dictionary): try write(dictionary, level: level)
        default: throw evaluator.fail("\(value.kind) can't be written as JSON")
        }
    }

    private static func spelling(of value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : value.description
    }

    private mutating func append(_ piece: String) throws(TemplateError) {
        try evaluator.charge(bytes: piece.utf8.count)
        text += piece
    }

    private mutating func breakLine(_ level: Int) throws(TemplateError) {
        guard let indent else { return }
        try evaluator.charge(bytes: 1 + level * indent.utf8.count)
        text += "\n" + String(repeating: indent, count: level)
    }

    private mutating func write(_ elements: [Value], level: Int) throws(TemplateError) {
        guard !elements.isEmpty else { return try append("[]") }
        try append("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { try append(itemSeparator) }
            try breakLine(level + 1)
            try write(element, level: level + 1)
        }
        try breakLine(level)
        try append("]")
    }

    private mutating func write(_ dictionary: ValueDictionary, level: Int) throws(TemplateError) {
        guard !dictionary.entries.isEmpty else { return try append("{}") }
        var entries = dictionary.entries
        if sortsKeys { entries = try evaluator.sorted(entries) { $0.key } }
        try append("{")
        for (index, entry) in entries.enumerated() {
            if index > 0 { try append(itemSeparator) }
            try breakLine(level + 1)
            try append(quoted(try key(entry.key)))
            try append(keySeparator)
            try write(entry.value, level: level + 1)
        }
        try breakLine(level)
        try append("}")
    }

    private func key(_ value: Value) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return String(value)
        case .float(let value): return Self.spelling(of: value)
        default: throw evaluator.fail("\(value.kind) can't be a key in JSON")
        }
    }

    private func quoted(_ text: String) -> String {
        text.escaped(between: "\"") { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case " "..."~": nil
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "\u{8}": "\\b"
            case "\u{C}": "\\f"
            case "\0"..<" ": Self.escape(UInt16(scalar.value))
            default: isASCII ? String(scalar).utf16.map(Self.escape).joined() : nil
            }
        }
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }
}
