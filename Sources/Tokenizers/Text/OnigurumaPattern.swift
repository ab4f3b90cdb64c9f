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

    let pattern: [Unicode.Scalar]
    var position = 0
    var output: [String] = []
    /// Where in `output` the last thing begins that a quantifier may follow; nil where none may.
    var atom: Int?
    /// For each open group where it begins in `output`, and whether case is ignored around it.
    private var groups: [(start: Int, isAtom: Bool, ignoresCase: Bool)] = []
    var ignoresCase = false
    /// The last character that was written as itself, if nothing else came after it.
    private var lastLiteral: Unicode.Scalar?

    /// Beyond this no pattern is read, and none is written, so that none needs much memory.
    private static let maximumLength = 100_000
    static let maximumOutput = 1_000_000

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
        var size = 0
        var counted = 0
        while let scalar = next {
            // Insertions into what is counted already are few and short.
            size += output.dropFirst(counted).reduce(0) { $0 + $1.utf8.count }
            counted = output.count
            guard size <= Self.maximumOutput else { throw failure("the pattern is too large") }
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

    var next: Unicode.Scalar? { position < pattern.count ? pattern[position] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < pattern.count ? pattern[position + offset] : nil
    }

    func failure(_ problem: String) -> Failure {
        let text = pattern.reduce(into: "") { $0.unicodeScalars.append($1) }
        return Failure(description: "`\(text)`: \(problem), at character \(position)")
    }

    mutating func write(_ matcher: String) {
        atom = output.count
        output.append(matcher)
    }

    mutating func writeLiteral(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar?) throws(Failure) {
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
    static func literal(_ scalar: Unicode.Scalar) -> String {
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
}
