/// Cuts a template into tokens, with Jinja's `trim_blocks` and `lstrip_blocks`: a block's line end goes with the block,
/// and so does the space in front of it on its line.
struct Lexer {
    let source: TemplateSource
    var position = 0
    var tokens: [Token] = []
    /// The brackets that are open within a tag, as what closes them.
    var openBrackets: [Symbol] = []
    /// Whether the text that follows begins a line.
    private var isAtLineStart = true

    private init(_ source: TemplateSource) {
        self.source = source
    }

    static func tokens(of source: TemplateSource) throws(TemplateError) -> [Token] {
        var lexer = Lexer(source)
        try lexer.template()
        lexer.tokens.append(Token(kind: .end, offset: source.scalars.count))
        return lexer.tokens
    }

    var scalars: [Unicode.Scalar] { source.scalars }

    /// How a tag treats the space before it.
    private enum Sign { case strip, keep, plain }

    private mutating func template() throws(TemplateError) {
        while position < scalars.count {
            let start = position
            while position < scalars.count, !isTagStart(position) { position += 1 }
            guard position < scalars.count else {
                text(start..<position)
                return
            }
            let opener = scalars[position + 1]
            let tag = position
            let isRaw = opener == "%" ? rawBegin(at: position) : nil
            let sign = sign(at: position + 2)
            text(strippedRange(start..<position, sign: sign, isPrint: opener == "{"))
            if let isRaw {
                position = isRaw
                isAtLineStart = scalars[position - 1] == "\n"
                try raw(from: tag)
                continue
            }
            position = tag + (sign == .plain ? 2 : 3)
            switch opener {
            case "#": try comment(from: tag)
            case "%": try self.tag(.blockBegin, closing: "%", from: tag)
            default: try self.tag(.printBegin, closing: "}", from: tag)
            }
            isAtLineStart = scalars[position - 1] == "\n"
        }
    }

    private func isTagStart(_ index: Int) -> Bool {
        guard scalars[index] == "{", index + 1 < scalars.count else { return false }
        return scalars[index + 1] == "%" || scalars[index + 1] == "{" || scalars[index + 1] == "#"
    }

    private func sign(at index: Int) -> Sign {
        guard index < scalars.count else { return .plain }
        return scalars[index] == "-" ? .strip : scalars[index] == "+" ? .keep : .plain
    }

    private func strippedRange(_ range: Range<Int>, sign: Sign, isPrint: Bool) -> Range<Int> {
        if sign == .strip {
            let end = scalars[range].lastIndex { !$0.isPythonSpace }.map { $0 + 1 } ?? range.lowerBound
            return range.lowerBound..<end
        }
        guard sign == .plain, !isPrint else { return range }
        let lineStart = scalars[range].lastIndex(of: "\n").map { $0 + 1 } ?? range.lowerBound
        guard lineStart > range.lowerBound || isAtLineStart,
            scalars[lineStart..<range.upperBound].allSatisfy(\.isPythonSpace)
        else { return range }
        return range.lowerBound..<lineStart
    }

    private mutating func text(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        tokens.append(Token(kind: .text(String(text)), offset: range.lowerBound))
    }

    // MARK: Comments and raw text

    private mutating func comment(from tag: Int) throws(TemplateError) {
        while position + 1 < scalars.count {
            if scalars[position] == "#", scalars[position + 1] == "}" {
                let previous = position > tag + 2 ? scalars[position - 1] : " "
                position += 2
                skipAfterTag(previous)
                return
            }
            position += 1
        }
        throw source.error(.syntax, at: tag, "this comment has no end; expected `#}`")
    }

    /// Where the text after `{% raw %}` begins, if that tag is here.
    private func rawBegin(at tag: Int) -> Int? {
        var index = tag + 2
        if sign(at: index) != .plain { index += 1 }
        guard let afterWord = word("raw", at: index) else { return nil }
        if matches("-%}", at: afterWord) {
            index = afterWord + 3
            while index < scalars.count, scalars[index].isPythonSpace { index += 1 }
            return index
        }
        return matches("%}", at: afterWord) ? afterWord + 2 : nil
    }

    private mutating func raw(from tag: Int) throws(TemplateError) {
        let start = position
        while position < scalars.count {
            if matches("{%", at: position) {
                let sign = sign(at: position + 2)
                if let afterWord = word("endraw", at: position + (sign == .plain ? 2 : 3)) {
                    let mark: Unicode.Scalar = afterWord < scalars.count ? scalars[afterWord] : " "
                    let end = mark == "-" || mark == "+" ? afterWord + 1 : afterWord
                    if matches("%}", at: end) {
                        text(strippedRange(start..<position, sign: sign, isPrint: false))
                        position = end + 2
                        skipAfterTag(mark)
                        isAtLineStart = scalars[position - 1] == "\n"
                        return
                    }
                }
            }
            position += 1
        }
        throw source.error(.syntax, at: tag, "this raw text has no end; expected `{% endraw %}`")
    }

    /// The index after a word with space around it.
    private func word(_ word: String, at index: Int) -> Int? {
        var index = index
        while index < scalars.count, scalars[index].isPythonSpace { index += 1 }
        guard matches(word, at: index) else { return nil }
        index += word.unicodeScalars.count
        while index < scalars.count, scalars[index].isPythonSpace { index += 1 }
        return index
    }

    func matches(_ text: String, at index: Int) -> Bool {
        index <= scalars.count && scalars[index...].starts(with: text.unicodeScalars)
    }

    /// Skips what goes with the end of a block or comment: all space after `-`, nothing after `+`, else a line end.
    mutating func skipAfterTag(_ mark: Unicode.Scalar) {
        if mark == "-" {
            while position < scalars.count, scalars[position].isPythonSpace { position += 1 }
        } else if mark != "+", position < scalars.count, scalars[position] == "\n" {
            position += 1
        }
    }
}
