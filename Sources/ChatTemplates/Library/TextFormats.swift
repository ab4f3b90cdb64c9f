import Foundation

/// Python's `'…%s…' % values`, with `%s %r %d %i %x %X %o %f %e %g %c %%`, flags, width and precision.
struct PercentFormat {
    private let format: String
    private let evaluator: Evaluator

    init(_ format: String, evaluator: Evaluator) {
        self.format = format
        self.evaluator = evaluator
    }

    private struct Directive {
        var key: String?
        var flags: Set<Unicode.Scalar> = []
        var width: Int?
        var precision: Int?
        var letter: Unicode.Scalar = "%"
    }

    /// - Parameter values: a tuple of values, one value, or a dictionary for `%(name)s`.
    func filled(with values: Value) throws(TemplateError) -> String {
        var queue: [Value]
        if case .tuple(let elements) = values { queue = elements.array } else { queue = [values] }
        var usesNames = false
        var result = ""
        var rest = Substring(format).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            let directive = try directive(&rest)
            if directive.letter == "%" {
                result += "%"
                continue
            }
            let value: Value
            if let key = directive.key {
                guard case .dictionary(let dictionary) = values, let named = dictionary[DictionaryKey(key)] else {
                    throw evaluator.fail("the format needs a dictionary with the key `\(key)`")
                }
                usesNames = true
                value = named
            } else {
                guard !queue.isEmpty else { throw evaluator.fail("the format needs more values than are given") }
                value = queue.removeFirst()
            }
            let piece = try text(of: value, directive)
            try evaluator.charge(bytes: piece.utf8.count)
            result += piece
        }
        if !queue.isEmpty, !usesNames, !Self.maySpare(values) {
            throw evaluator.fail("the format takes fewer values than are given")
        }
        return result
    }

    /// Python doesn't mind if what can be subscripted is not used, but for tuples and strings.
    private static func maySpare(_ values: Value) -> Bool {
        switch values {
        case .dictionary, .list, .range, .undefined: true
        default: false
        }
    }

    private func directive(_ rest: inout Substring.UnicodeScalarView) throws(TemplateError) -> Directive {
        var directive = Directive()
        if rest.first == "(" {
            rest.removeFirst()
            let key = rest.prefix { $0 != ")" }
            rest = rest.dropFirst(key.count + 1)
            directive.key = String(key)
        }
        while let flag = rest.first, "-+ 0#".unicodeScalars.contains(flag) {
            directive.flags.insert(flag)
            rest.removeFirst()
        }
        directive.width = try number(&rest)
        if rest.first == "." {
            rest.removeFirst()
            directive.precision = try number(&rest) ?? 0
        }
        guard let letter = rest.popFirst() else { throw evaluator.fail("the format ends within a `%`") }
        directive.letter = letter
        return directive
    }

    private func number(_ rest: inout Substring.UnicodeScalarView) throws(TemplateError) -> Int? {
        let digits = rest.prefix(while: \.isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        guard let number = Int(String(digits)), number <= 10_000 else {
            throw evaluator.fail("a format's width is at most 10000")
        }
        return number
    }

    private func text(of value: Value, _ directive: Directive) throws(TemplateError) -> String {
        var text: String
        switch directive.letter {
        case "s", "r":
            text = try directive.letter == "s" ? evaluator.text(of: value) : evaluator.representation(of: value)
            if let precision = directive.precision { text = String(scalars: text.unicodeScalars.prefix(precision)) }
        case "c":
            if case .string(let character) = value, character.unicodeScalars.count == 1 {
                text = character
            } else if let number = value.integer, let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) {
                text = String(scalar)
            } else {
                throw evaluator.fail("`%c` needs a character")
            }
        case "d", "i", "u", "x", "X", "o": text = try integer(value, directive)
        case "f", "F", "e", "E", "g", "G": text = try float(value, directive)
        default: throw evaluator.fail("unknown format `%\(directive.letter)`")
        }
        let isNumber = !"src".unicodeScalars.contains(directive.letter)
        if directive.flags.contains("-") {
            return try evaluator.padded(text, to: directive.width ?? 0, with: " ", "ljust")
        }
        let fillsZeros = isNumber && directive.flags.contains("0")
        return try evaluator.padded(
            text, to: directive.width ?? 0, with: fillsZeros ? "0" : " ", fillsZeros ? "zfill" : "rjust")
    }

    private func sign(isNegative: Bool, _ directive: Directive) -> String {
        isNegative ? "-" : directive.flags.contains("+") ? "+" : directive.flags.contains(" ") ? " " : ""
    }

    private func integer(_ value: Value, _ directive: Directive) throws(TemplateError) -> String {
        var number = value.integer
        if case .float(let float) = value, "diu".unicodeScalars.contains(directive.letter) {
            number = Int(exactly: float.rounded(.towardZero))
        }
        guard let number else { throw evaluator.fail("`%\(directive.letter)` needs a number, found \(value.kind)") }
        let radix = directive.letter == "o" ? 8 : directive.letter == "x" || directive.letter == "X" ? 16 : 10
        var digits = String(number.magnitude, radix: radix, uppercase: directive.letter == "X")
        if let precision = directive.precision, digits.utf8.count < precision {
            digits = String(repeating: "0", count: precision - digits.utf8.count) + digits
        }
        if directive.flags.contains("#"), radix != 10 { digits = (radix == 8 ? "0o" : "0\(directive.letter)") + digits }
        return sign(isNegative: number < 0, directive) + digits
    }

    private func float(_ value: Value, _ directive: Directive) throws(TemplateError) -> String {
        guard let number = value.number else {
            throw evaluator.fail("`%\(directive.letter)` needs a number, found \(value.kind)")
        }
        let precision = min(directive.precision ?? 6, 500)
        let text = String(format: "%.\(precision)\(directive.letter)", number.magnitude)
        return sign(isNegative: number.sign == .minus && !number.isNaN, directive) + text
    }
}

/// Python's `'…{}…'.format(values)`, with positions, names, attributes and subscripts, but without format codes.
struct BraceFormat {
    private let format: String
    private let evaluator: Evaluator

    init(_ format: String, evaluator: Evaluator) {
        self.format = format
        self.evaluator = evaluator
    }

    func filled(with arguments: Arguments) throws(TemplateError) -> String {
        var result = ""
        var automatic = 0
        var rest = Substring(format).unicodeScalars
        while let scalar = rest.popFirst() {
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if rest.first == scalar {
                rest.removeFirst()
                result.unicodeScalars.append(scalar)
                continue
            }
            guard scalar == "{" else { throw evaluator.fail("a single `}` in a format; write `}}`") }
            let field = rest.prefix { $0 != "}" && $0 != "{" }
            rest = rest.dropFirst(field.count)
            guard rest.popFirst() == "}" else { throw evaluator.fail("a `{` in a format has no `}`; write `{{`") }
            let piece = try text(ofField: String(field), arguments, &automatic)
            try evaluator.charge(bytes: piece.utf8.count)
            result += piece
        }
        return result
    }

    private func text(
        ofField field: String, _ arguments: Arguments, _ automatic: inout Int
    ) throws(TemplateError) -> String {
        guard !field.unicodeScalars.contains(":") else {
            throw evaluator.fail("format codes as in `{\(field)}` are not supported")
        }
        var rest = Substring(field).unicodeScalars
        var usesRepresentation = false
        if field.hasSuffix("!r") || field.hasSuffix("!s") {
            usesRepresentation = field.hasSuffix("!r")
            rest = rest.dropLast(2)
        }
        let name = String(rest.prefix { $0 != "." && $0 != "[" })
        rest = rest.dropFirst(name.unicodeScalars.count)
        var value: Value?
        if name.isEmpty {
            value = automatic < arguments.positional.count ? arguments.positional[automatic] : nil
            automatic += 1
        } else if let index = Int(name) {
            value = arguments.positional.indices.contains(index) ? arguments.positional[index] : nil
        } else {
            value = arguments.keywords.first { $0.name == name }?.value
        }
        guard var value else { throw evaluator.fail("the format has no value for `{\(field)}`") }
        while let mark = rest.popFirst() {
            if mark == "." {
                let name = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(name.count)
                value = try evaluator.attribute(String(name), of: value)
            } else {
                let index = String(rest.prefix { $0 != "]" })
                rest = rest.dropFirst(index.unicodeScalars.count + 1)
                value = try evaluator.item(Int(index).map { .int($0) } ?? .string(index), of: value)
            }
        }
        return try usesRepresentation ? evaluator.representation(of: value) : evaluator.text(of: value)
    }
}
