/// Values as text: `str` and `repr` of Python.
extension Evaluator {
    /// What printing the value gives.
    func text(of value: Value) throws(TemplateError) -> String {
        switch value {
        case .string(let text): return text
        case .undefined: return ""
        case .int(let value): return String(value)
        default:
            var writer = RepresentationWriter(evaluator: self)
            try writer.write(value)
            return writer.text
        }
    }

    /// What the value looks like within a list.
    func representation(of value: Value) throws(TemplateError) -> String {
        var writer = RepresentationWriter(evaluator: self)
        try writer.write(value)
        return writer.text
    }
}

private struct RepresentationWriter {
    let evaluator: Evaluator
    var text = ""

    init(evaluator: Evaluator) {
        self.evaluator = evaluator
    }

    mutating func write(_ value: Value) throws(TemplateError) {
        switch value {
        case .undefined: try append("Undefined")
        case .none: try append("None")
        case .bool(let value): try append(value ? "True" : "False")
        case .int(let value): try append(String(value))
        case .float(let value): try append(value.description)
        case .string(let text): try append(Self.quoted(text))
        case .list(let elements): try write(elements.array, between: "[", "]")
        case .tuple(let elements):
            try write(elements.array, between: "(", elements.array.count == 1 ? ",)" : ")")
        case .dictionary(let dictionary): try write(dictionary.entries.map { ($0.key, $0.value) })
        case .view(let view): try write(view.elements, between: "dict_\(view.part.rawValue)([", "])")
        case .range(let range):
            try append("range(\(range.start), \(range.stop)\(range.step == 1 ? "" : ", \(range.step)"))")
        case .namespace(let namespace):
            try append("<Namespace ")
            try write(namespace.attributes.map { (.string($0.name), $0.value) })
            try append(">")
        case .loop(let loop): try append("<LoopContext \(loop.index + 1)/\(try loop.length(evaluator))>")
        case .function(.macro(let definition, _)): try append("<Macro \(Self.quoted(definition.name))>")
        case .iterator: throw evaluator.fail("an iterator can't be printed; make it a list with `|list`")
        case .function: throw evaluator.fail("a function can't be printed; is `()` missing?")
        }
    }

    private mutating func append(_ piece: String) throws(TemplateError) {
        try evaluator.charge(bytes: piece.utf8.count)
        text += piece
    }

    private mutating func write(_ values: [Value], between open: String, _ close: String) throws(TemplateError) {
        try append(open)
        for (index, value) in values.enumerated() {
            if index > 0 { try append(", ") }
            try nested(value)
        }
        try append(close)
    }

    private mutating func write(_ entries: [(Value, Value)]) throws(TemplateError) {
        try append("{")
        for (index, (key, value)) in entries.enumerated() {
            if index > 0 { try append(", ") }
            try nested(key)
            try append(": ")
            try nested(value)
        }
        try append("}")
    }

    /// A namespace may hold itself.
    private mutating func nested(_ value: Value) throws(TemplateError) {
        var inner = RepresentationWriter(evaluator: evaluator)
        try evaluator.nested { () throws(TemplateError) in try inner.write(value) }
        text += inner.text
    }

    static func quoted(_ text: String) -> String {
        let usesDouble = text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\""))
        let quote: Unicode.Scalar = usesDouble ? "\"" : "'"
        return text.escaped(between: quote) { scalar in
            switch scalar {
            case quote, "\\": "\\" + String(scalar)
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case " "..."~": nil
            default: scalar.isPythonPrintable ? nil : StringLiteral.spelling(of: scalar)
            }
        }
    }
}
