extension Lexer {
    /// Reads a tag from behind its opening mark to behind its closing one.
    mutating func tag(_ begin: Token.Kind, closing: Unicode.Scalar, from tag: Int) throws(TemplateError) {
        tokens.append(Token(kind: begin, offset: tag))
        openBrackets = []
        while position < scalars.count {
            if openBrackets.isEmpty, skipClosing(closing) { return }
            try token()
        }
        throw source.error(.syntax, at: tag, "this tag has no end; expected `\(closing)}`")
    }

    private mutating func skipClosing(_ closing: Unicode.Scalar) -> Bool {
        let start = position
        let mark = scalars[position]
        let isMarked = mark == "-" || (mark == "+" && closing == "%")
        let end = isMarked ? position + 1 : position
        guard end + 1 < scalars.count, scalars[end] == closing, scalars[end + 1] == "}" else { return false }
        position = end + 2
        tokens.append(Token(kind: closing == "%" ? .blockEnd : .printEnd, offset: start))
        if closing == "%" || mark == "-" { skipAfterTag(isMarked ? mark : " ") }
        return true
    }

    private mutating func token() throws(TemplateError) {
        let start = position
        let first = scalars[position]
        if first.isPythonSpace {
            while position < scalars.count, scalars[position].isPythonSpace { position += 1 }
        } else if first.isDigit {
            tokens.append(Token(kind: try number(), offset: start))
        } else if first.isWord {
            while position < scalars.count, scalars[position].isWord { position += 1 }
            var name = String.UnicodeScalarView()
            name.append(contentsOf: scalars[start..<position])
            tokens.append(Token(kind: .name(String(name)), offset: start))
        } else if first == "'" || first == "\"" {
            tokens.append(Token(kind: .string(try string(quote: first)), offset: start))
        } else {
            try symbol()
        }
    }

    private mutating func symbol() throws(TemplateError) {
        let start = position
        let second = position + 1 < scalars.count ? scalars[position + 1] : nil
        guard let symbol = Symbol.leading(scalars[position], second) else {
            throw source.error(.syntax, at: start, "unexpected character `\(scalars[position])`")
        }
        position += symbol.rawValue.utf8.count
        if let closing = symbol.closing {
            openBrackets.append(closing)
        } else if symbol.isClosing {
            guard let expected = openBrackets.popLast() else {
                throw source.error(.syntax, at: start, "`\(symbol.rawValue)` closes no bracket")
            }
            guard expected == symbol else {
                throw source.error(
                    .syntax, at: start, "expected `\(expected.rawValue)`, found `\(symbol.rawValue)`")
            }
        }
        tokens.append(Token(kind: .symbol(symbol), offset: start))
    }

    // MARK: Numbers

    private mutating func number() throws(TemplateError) -> Token.Kind {
        let start = position
        // A number behind a dot is an index, as in `a.0.1`.
        let isIndex = start > 0 && scalars[start - 1] == "."
        if !isIndex, let end = floatEnd(from: start) {
            position = end
            guard let value = Double(digits(start..<end)), value.isFinite else {
                throw source.error(.syntax, at: start, "this number is beyond the range of a float")
            }
            return .float(value)
        }
        let (radix, prefix) = radix(at: start)
        position = start + prefix
        if prefix == 0, scalars[start] == "0" {
            position = run(from: start) { $0 == "0" } ?? start + 1
            return .int(0)
        }
        guard let end = run(from: position, { Character($0).hexDigitValue.map { $0 < radix } ?? false }) else {
            position = start + 1
            return .int(0)
        }
        position = end
        guard let value = Int(digits(start + prefix..<end), radix: radix) else {
            throw source.error(.syntax, at: start, "this number is beyond 64 bits")
        }
        return .int(value)
    }

    private func radix(at start: Int) -> (radix: Int, prefix: Int) {
        guard scalars[start] == "0", start + 2 < scalars.count else { return (10, 0) }
        let radix: Int
        switch scalars[start + 1] {
        case "b", "B": radix = 2
        case "o", "O": radix = 8
        case "x", "X": radix = 16
        default: return (10, 0)
        }
        let first = scalars[start + 2] == "_" && start + 3 < scalars.count ? scalars[start + 3] : scalars[start + 2]
        let isDigit = first.isASCII && (Character(first).hexDigitValue.map { $0 < radix } ?? false)
        guard isDigit else { return (10, 0) }
        return (radix, scalars[start + 2] == "_" ? 3 : 2)
    }

    /// The end of digits with single underscores between them; nil where there is no digit.
    private func run(from start: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int? {
        var index = start
        guard index < scalars.count, scalars[index].isASCII, isDigit(scalars[index]) else { return nil }
        while index < scalars.count {
            if scalars[index].isASCII, isDigit(scalars[index]) {
                index += 1
            } else if scalars[index] == "_", index + 1 < scalars.count, scalars[index + 1].isASCII,
                isDigit(scalars[index + 1])
            {
                index += 2
            } else {
                break
            }
        }
        return index
    }

    /// The end of a number with a fraction or an exponent, if one begins here.
    private func floatEnd(from start: Int) -> Int? {
        guard let whole = run(from: start, \.isDigit) else { return nil }
        var end = whole
        if end < scalars.count, scalars[end] == ".", let fraction = run(from: end + 1, \.isDigit) { end = fraction }
        if end < scalars.count, scalars[end] == "e" || scalars[end] == "E" {
            let hasSign = end + 1 < scalars.count && (scalars[end + 1] == "+" || scalars[end + 1] == "-")
            if let exponent = run(from: end + (hasSign ? 2 : 1), \.isDigit) { end = exponent }
        }
        return end == whole ? nil : end
    }

    private func digits(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range].filter { $0 != "_" })
        return String(text)
    }

    // MARK: Strings

    private mutating func string(quote: Unicode.Scalar) throws(TemplateError) -> String {
        let start = position
        position += 1
        while position < scalars.count, scalars[position] != quote {
            position += scalars[position] == "\\" ? 2 : 1
        }
        guard position < scalars.count else {
            throw source.error(.syntax, at: start, "this string has no closing quote")
        }
        position += 1
        var literal = StringLiteral(scalars[start + 1..<position - 1])
        guard let value = literal.value() else {
            throw source.error(
                .syntax, at: start + 1 + literal.faultOffset,
                "this escape is no character; known are \\n \\t \\r \\\\ \\' \\\" \\xHH \\uHHHH \\UHHHHHHHH")
        }
        return value
    }
}
