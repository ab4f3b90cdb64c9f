/// Rewrites a regular expression of Oniguruma, in whose syntax (Ruby's) tokenizer.json writes them, as PCRE2's.
///
/// The two share most of their syntax but not all meanings: `{1,3}+` is possessive for PCRE2 only, `^` and `$` are the
/// bounds of a line for Oniguruma, `\h` is a hexadecimal digit there, and both have their own version of Unicode.
/// What this doesn't know is an error, for PCRE2 might take it for something else.
struct OnigurumaPattern: ~Copyable {
    /// Why a pattern cannot be rewritten.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let pattern: [Unicode.Scalar]
    private var position = 0
    private var output: [String] = []
    /// Where in `output` the last thing begins that a quantifier may follow; nil where none may.
    private var atom: Int?
    /// For each open group where it begins in `output`, and whether case is ignored around it.
    private var groups: [(start: Int, isAtom: Bool, ignoresCase: Bool)] = []
    private var ignoresCase = false
    /// The last character that was written as itself, if nothing else came after it.
    private var lastLiteral: Unicode.Scalar?

    /// Beyond this no pattern is read, so that none needs much memory.
    private static let maximumLength = 100_000

    /// - Throws: what the pattern holds that is not known here.
    static func translate(_ pattern: String) throws(Failure) -> String {
        var translation = OnigurumaPattern(pattern: Array(pattern.unicodeScalars))
        guard translation.pattern.count <= maximumLength else {
            throw Failure(description: "the pattern is longer than \(maximumLength) characters")
        }
        return try translation.run()
    }

    private init(pattern: [Unicode.Scalar]) {
        self.pattern = pattern
    }

    private mutating func run() throws(Failure) -> String {
        while let scalar = next {
            let literal = lastLiteral
            lastLiteral = nil
            switch scalar {
            case "(": try openGroup()
            case ")": try closeGroup()
            case "[":
                let matcher = try characterClass()
                write(matcher)
            case "*", "+", "?": try quantify(by: String(scalar), length: 1)
            case "{": try interval()
            case "|":
                position += 1
                output.append("|")
                atom = nil
            case "^", "$":
                position += 1
                output.append(String(scalar))
                atom = nil
            case ".":
                position += 1
                write("[^\\n]")
            case "\\": try escape()
            default:
                position += 1
                try writeLiteral(scalar, after: literal)
            }
        }
        guard groups.isEmpty else { throw failure("a group is not closed") }
        // A line ends before a line feed and nothing else; `^` and `$` are the bounds of each.
        return "(*LF)(?m)" + output.joined()
    }

    private var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    private func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < pattern.count ? pattern[position + offset] : nil
    }

    private func failure(_ problem: String) -> Failure {
        let text = pattern.reduce(into: "") { $0.unicodeScalars.append($1) }
        return Failure(description: "`\(text)`: \(problem), at character \(position)")
    }

    private mutating func write(_ matcher: String) {
        atom = output.count
        output.append(matcher)
    }

    private mutating func writeLiteral(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) throws(Failure) {
        if ignoresCase {
            guard scalar.isASCII else { throw failure("other than ASCII is not supported where case is ignored") }
            // Oniguruma takes ß for `ss` and ﬁ for `fi`, PCRE2 does not.
            let pair = (previous.map(String.init) ?? "") + String(scalar)
            if ["ss", "ff", "fi", "fl", "st"].contains(pair.lowercased()) {
                throw failure("`\(pair)` is not supported where case is ignored")
            }
        }
        lastLiteral = scalar
        write(Self.literal(scalar))
    }

    /// A character that stands for itself, inside or outside of brackets.
    private static func literal(_ scalar: Unicode.Scalar) -> String {
        let isPlain = scalar.isASCII && ASCII.isAlphanumeric(UInt8(truncatingIfNeeded: scalar.value))
        return isPlain ? String(scalar) : "\\x{\(String(scalar.value, radix: 16))}"
    }

    // MARK: Groups

    private mutating func openGroup() throws(Failure) {
        let start = output.count
        var isAtom = true
        var opening = "("
        var ignoresCase = ignoresCase
        position += 1
        if next == "?" {
            let rest = String(String.UnicodeScalarView(pattern[position...].prefix(4)))
            if let prefix = ["?<=", "?<!", "?=", "?!", "?:", "?>"].first(where: rest.hasPrefix) {
                opening += prefix
                position += prefix.count
                isAtom = prefix == "?:" || prefix == "?>"
            } else if rest.hasPrefix("?i:") {
                opening += "?i:"
                position += 3
                ignoresCase = true
            } else if rest.hasPrefix("?i)"), output.isEmpty, groups.isEmpty {
                // Further in, what it governs differs between the two.
                position += 3
                output = ["(?i)"]
                self.ignoresCase = true
                return
            } else {
                throw failure("this kind of group is not known here")
            }
        }
        guard groups.count < 100 else { throw failure("groups stand in each other more than 100 deep") }
        groups.append((start, isAtom, self.ignoresCase))
        self.ignoresCase = ignoresCase
        output.append(opening)
        atom = nil
    }

    private mutating func closeGroup() throws(Failure) {
        guard let group = groups.popLast() else { throw failure("`)` closes nothing") }
        position += 1
        output.append(")")
        atom = group.isAtom ? group.start : nil
        ignoresCase = group.ignoresCase
    }

    // MARK: Quantifiers

    private mutating func quantify(by quantifier: String, length: Int) throws(Failure) {
        guard let start = atom else { throw failure("a quantifier follows nothing that it could repeat") }
        position += length
        output.append(quantifier)
        let isInterval = quantifier.hasPrefix("{")
        if next == "?" {
            if isInterval, !quantifier.contains(",") { throw failure("`{n}?` is not known here") }
            output.append("?")
            position += 1
        } else if next == "+" {
            if isInterval {
                // Oniguruma repeats the whole, PCRE2 would not step back.
                output.insert("(?:", at: start)
                output.append(")+")
            } else {
                output.append("+")
            }
            position += 1
        }
        if let next, next == "*" || next == "+" || next == "?" || isIntervalNext {
            throw failure("a quantifier follows a quantifier")
        }
        atom = nil
    }

    /// The digits and comma of an interval; nil where the brace is a character.
    private var intervalContent: String? {
        var content = ""
        var offset = 1
        while let scalar = peek(offset), scalar != "}" {
            guard scalar == "," || ("0"..."9").contains(scalar), offset < 12 else { return nil }
            content.unicodeScalars.append(scalar)
            offset += 1
        }
        return peek(offset) == "}" && content.contains { $0 != "," } ? content : nil
    }

    private var isIntervalNext: Bool { next == "{" && intervalContent != nil }

    private mutating func interval() throws(Failure) {
        guard let content = intervalContent else { throw failure("write a brace that is a character as `\\{`") }
        let bounds = content.split(separator: ",", omittingEmptySubsequences: false)
        guard bounds.count <= 2, bounds.allSatisfy({ $0.isEmpty || (Int($0) ?? .max) <= 1000 }) else {
            throw failure("`{\(content)}` is not known here")
        }
        let quantifier = bounds[0].isEmpty ? "{0\(content)}" : "{\(content)}"
        try quantify(by: quantifier, length: content.unicodeScalars.count + 2)
    }

    // MARK: Escapes

    private mutating func escape() throws(Failure) {
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
    private mutating func classEscape() throws(Failure) -> String? {
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

    private mutating func characterEscape() throws(Failure) -> Unicode.Scalar {
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

    // MARK: Brackets

    /// Reads a bracket and gives an expression that matches one character.
    private mutating func characterClass(depth: Int = 0) throws(Failure) -> String {
        guard depth < 10 else { throw failure("brackets stand in each other more than 10 deep") }
        position += 1
        let isNegated = next == "^"
        if isNegated { position += 1 }
        /// Intersected sets, each with what stands between brackets and with brackets inside it.
        var sets: [(content: String, nested: [String])] = [("", [])]
        while true {
            guard let scalar = next else { throw failure("a bracket is not closed") }
            if scalar == "]" {
                guard !sets[sets.count - 1].content.isEmpty || !sets[sets.count - 1].nested.isEmpty else {
                    throw failure("write a bracket that is a character as `\\]`")
                }
                position += 1
                break
            }
            if scalar == "[" {
                guard peek(1) != ":" else { throw failure("`[:…:]` is not known here; use `\\p{…}`") }
                sets[sets.count - 1].nested.append(try characterClass(depth: depth + 1))
            } else if scalar == "&", peek(1) == "&" {
                position += 2
                sets.append(("", []))
            } else if scalar == "\\", let content = try classEscape() {
                sets[sets.count - 1].content += content
            } else {
                sets[sets.count - 1].content += try rangeInBracket()
            }
        }
        return Self.matcher(sets, isNegated: isNegated)
    }

    /// A character, or a range of two.
    private mutating func rangeInBracket() throws(Failure) -> String {
        let first = try characterInBracket()
        guard next == "-", let end = peek(1), end != "]" else { return Self.literal(first) }
        position += 1
        guard next != "[" else { throw failure("expected the end of a range") }
        let last = try characterInBracket()
        guard first.value <= last.value else { throw failure("a range runs backwards") }
        return Self.literal(first) + "-" + Self.literal(last)
    }

    private mutating func characterInBracket() throws(Failure) -> Unicode.Scalar {
        guard let scalar = next else { throw failure("a bracket is not closed") }
        if ignoresCase, !scalar.isASCII { throw failure("other than ASCII is not supported where case is ignored") }
        if scalar == "\\" { return try characterEscape() }
        position += 1
        return scalar
    }

    private static func matcher(_ sets: [(content: String, nested: [String])], isNegated: Bool) -> String {
        if sets.count == 1, sets[0].nested.isEmpty { return (isNegated ? "[^" : "[") + sets[0].content + "]" }
        let matchers = sets.map { set in
            let own = set.content.isEmpty ? [] : ["[\(set.content)]"]
            return "(?:" + (own + set.nested).joined(separator: "|") + ")"
        }
        let last = matchers[matchers.count - 1]
        let all = matchers.dropLast().map { "(?=\($0))" }.joined() + last
        return isNegated ? "(?:(?!\(all))(?s:.))" : "(?:\(all))"
    }
}
