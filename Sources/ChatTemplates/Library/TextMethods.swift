/// The methods of strings.
struct TextMethods {
    private let text: String
    private let evaluator: Evaluator

    init(_ text: String, _ evaluator: Evaluator) {
        self.text = text
        self.evaluator = evaluator
    }

    static let names: Set<String> = [
        "capitalize", "center", "count", "endswith", "find", "format", "index", "isalnum", "isalpha",
        "isascii", "isdecimal", "isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "join", "ljust",
        "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust",
        "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
        "zfill",
    ]

    func call(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        try evaluator.charge(bytes: text.utf8.count)
        if let plain = plain(name) {
            try arguments.expectNone(of: name, evaluator)
            return plain
        }
        switch name {
        case "strip", "lstrip", "rstrip": return try strip(name, arguments)
        case "split", "rsplit": return try split(fromEnd: name == "rsplit", arguments)
        case "splitlines":
            let values = try arguments.bind(["keepends"], of: name, evaluator)
            try chargePieces(separatedBy: " ")
            return try evaluator.list(text.lines(keepingEnds: values[0]?.isTrue ?? false).map { .string($0) })
        case "startswith", "endswith": return .bool(try hasEnd(name, arguments))
        case "removeprefix", "removesuffix": return try removing(name, arguments)
        case "partition", "rpartition": return try partition(name, arguments)
        case "replace":
            let values = try positional(arguments, "old", "new", "count", required: 2, of: name)
            return try replaced(
                try evaluator.expectString(values[0], "what is replaced"),
                by: try evaluator.expectString(values[1], "the replacement"),
                limit: try evaluator.integer(values[2], default: -1, "the count"))
        case "find", "rfind", "index", "rindex", "count": return try search(name, arguments)
        case "join": return try join(arguments)
        case "format": return try evaluator.string(try BraceFormat(text, evaluator: evaluator).filled(with: arguments))
        case "center", "ljust", "rjust", "zfill": return try padded(name, arguments)
        default: throw evaluator.fail("a string has no `\(name)`")
        }
    }

    /// What methods without arguments give.
    private func plain(_ name: String) -> Value? {
        func all(_ accepts: (Unicode.Scalar) -> Bool) -> Value {
            .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(accepts))
        }
        switch name {
        case "upper": return .string(text.uppercased())
        case "lower": return .string(text.lowercased())
        case "title": return .string(text.titleCased)
        case "capitalize": return .string(text.sentenceCased)
        case "swapcase": return .string(text.caseSwapped)
        case "isupper": return .bool(text.isCased(upper: true))
        case "islower": return .bool(text.isCased(upper: false))
        case "istitle": return .bool(text.isTitleCased)
        case "isspace": return all(\.isPythonSpace)
        case "isalpha": return all(\.isPythonAlphabetic)
        case "isalnum": return all { $0.isPythonAlphabetic || $0.isPythonNumeric }
        case "isnumeric": return all(\.isPythonNumeric)
        case "isdigit": return all { $0.properties.numericType == .decimal || $0.properties.numericType == .digit }
        case "isdecimal": return all { $0.properties.numericType == .decimal }
        case "isascii": return .bool(text.unicodeScalars.allSatisfy(\.isASCII))
        default: return nil
        }
    }

    /// Methods of strings name no arguments.
    private func positional(
        _ arguments: Arguments, _ names: String..., required: Int = 0, of method: String
    ) throws(TemplateError) -> [Value?] {
        if let keyword = arguments.keywords.first {
            throw evaluator.fail("`\(method)` has no argument `\(keyword.name)`")
        }
        return try arguments.bind(names, required: required, of: method, evaluator)
    }

    /// A string argument, nil where it is absent or none.
    private func optionalString(_ value: Value?, _ what: String) throws(TemplateError) -> String? {
        if case .none? = value { return nil }
        return value == nil ? nil : try evaluator.expectString(value, what)
    }

    // MARK: Ends

    private func strip(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "chars", of: name)
        let set = try optionalString(values[0], "what is stripped")
        return .string(text.stripped(of: set, start: name != "rstrip", end: name != "lstrip"))
    }

    private func hasEnd(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Bool {
        let values = try positional(arguments, "prefix", "start", "end", required: 1, of: name)
        var candidates: [Value] = []
        if case .tuple(let elements)? = values[0] {
            candidates = elements.array
        } else {
            candidates = [values[0] ?? .none]
        }
        let bytes = Array(try window(values[1], values[2]).text.utf8)
        for candidate in candidates {
            let part = Array(try evaluator.expectString(candidate, "`\(name)`'s argument").utf8)
            try evaluator.step(1 + part.count / 64)
            if name == "startswith" ? bytes.starts(with: part) : bytes.suffix(part.count).elementsEqual(part) {
                return true
            }
        }
        return false
    }

    private func removing(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "part", required: 1, of: name)
        let part = Array(try evaluator.expectString(values[0], "`\(name)`'s argument").utf8)
        let bytes = Array(text.utf8)
        if name == "removeprefix" {
            return .string(
                bytes.starts(with: part) ? String(decoding: bytes.dropFirst(part.count), as: UTF8.self) : text)
        }
        let isThere = bytes.suffix(part.count).elementsEqual(part)
        return .string(isThere ? String(decoding: bytes.dropLast(part.count), as: UTF8.self) : text)
    }

    private func partition(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "sep", required: 1, of: name)
        let separator = try evaluator.expectString(values[0], "a separator")
        guard !separator.isEmpty else { throw evaluator.fail("a separator can't be empty") }
        let fromEnd = name == "rpartition"
        let pieces = TextSearch.split(text, by: separator, limit: 1, fromEnd: fromEnd)
        let parts = pieces.count == 2 ? [pieces[0], separator, pieces[1]] : fromEnd ? ["", "", text] : [text, "", ""]
        return .tuple(try evaluator.elements(parts.map { .string($0) }))
    }

    private func padded(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "width", "fill", required: 1, of: name)
        let width = try evaluator.integer(values[0], default: 0, "a width")
        let fill = values[1] == nil ? (name == "zfill" ? "0" : " ") : try evaluator.expectString(values[1], "a fill")
        guard fill.unicodeScalars.count == 1 else { throw evaluator.fail("a fill is one character") }
        return .string(try evaluator.padded(text, to: width, with: fill, name))
    }

    // MARK: Parts

    private func split(fromEnd: Bool, _ arguments: Arguments) throws(TemplateError) -> Value {
        let name = fromEnd ? "rsplit" : "split"
        let values = try arguments.bind(["sep", "maxsplit"], of: name, evaluator)
        let limit = try evaluator.integer(values[1], default: -1, "`maxsplit`")
        let pieces: [String]
        if let separator = try optionalString(values[0], "a separator") {
            guard !separator.isEmpty else { throw evaluator.fail("a separator can't be empty") }
            try chargePieces(separatedBy: separator)
            pieces = TextSearch.split(text, by: separator, limit: limit < 0 ? .max : limit, fromEnd: fromEnd)
        } else {
            try chargePieces(separatedBy: "  ")
            pieces = Self.words(text, limit: limit < 0 ? .max : limit, fromEnd: fromEnd)
        }
        return try evaluator.list(pieces.map { .string($0) })
    }

    /// Accounts for as many pieces as a text can have at most.
    private func chargePieces(separatedBy separator: String) throws(TemplateError) {
        try evaluator.charge(elements: 1 + text.utf8.count / max(1, separator.utf8.count))
    }

    /// The text between white space.
    private static func words(_ text: String, limit: Int, fromEnd: Bool) -> [String] {
        var scalars = Array(text.unicodeScalars)
        if fromEnd { scalars.reverse() }
        var words: [String] = []
        var rest = scalars[...].drop(while: \.isPythonSpace)
        while !rest.isEmpty {
            let isLast = words.count >= limit
            let word = isLast ? rest : rest.prefix { !$0.isPythonSpace }
            rest = isLast ? [] : rest.dropFirst(word.count).drop(while: \.isPythonSpace)
            words.append(String(scalars: fromEnd ? Array(word.reversed()) : Array(word)))
        }
        return fromEnd ? words.reversed() : words
    }

    /// - Parameter limit: how many at most, all if it is negative.
    func replaced(_ old: String, by new: String, limit: Int) throws(TemplateError) -> Value {
        guard limit != 0 else { return .string(text) }
        let most = limit < 0 ? Int.max : limit
        if old.isEmpty {
            let scalars = Array(text.unicodeScalars)
            let count = min(most, scalars.count + 1)
            try evaluator.charge(bytes: text.utf8.count + count.multipliedClamped(by: new.utf8.count))
            var result = ""
            for index in 0...scalars.count {
                if index < count { result += new }
                if index < scalars.count { result.unicodeScalars.append(scalars[index]) }
            }
            return .string(result)
        }
        try chargePieces(separatedBy: old)
        let pieces = TextSearch.split(text, by: old, limit: most)
        try evaluator.charge(bytes: text.utf8.count + pieces.count.multipliedClamped(by: new.utf8.count))
        return .string(pieces.joined(separator: new))
    }

    /// The part of the text between two indices, and how many scalars stand before it; nil where the start is behind
    /// the end of the text.
    private func window(_ start: Value?, _ end: Value?) throws(TemplateError) -> (
        text: String, offset: Int, isInside: Bool
    ) {
        func bound(_ value: Value?) throws(TemplateError) -> Int? {
            if case .none? = value { return nil }
            return value == nil ? nil : try evaluator.integer(value, default: 0, "an index")
        }
        let (start, end) = (try bound(start), try bound(end))
        if start == nil, end == nil { return (text, 0, true) }
        let scalars = Array(text.unicodeScalars)
        let first = start.map { $0 < 0 ? max(0, $0 + scalars.count) : $0 } ?? 0
        let last = min(end.map { $0 < 0 ? max(0, $0 + scalars.count) : $0 } ?? scalars.count, scalars.count)
        guard first <= last else { return ("", first, false) }
        return (String(scalars: scalars[first..<last]), first, true)
    }

    private func search(_ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "sub", "start", "end", required: 1, of: name)
        let part = Array(try evaluator.expectString(values[0], "what is sought").utf8)
        let (text, offset, isInside) = try window(values[1], values[2])
        let bytes = Array(text.utf8)
        if name == "count" {
            guard isInside else { return .int(0) }
            return .int(part.isEmpty ? text.unicodeScalars.count + 1 : TextSearch.all(of: part, in: bytes).count)
        }
        var place: Int?
        if !isInside {
            place = nil
        } else if name.hasPrefix("r") {
            place = TextSearch.first(of: part.reversed(), in: Array(bytes.reversed())[...]).map {
                bytes.count - $0 - part.count
            }
        } else {
            place = TextSearch.first(of: part, in: bytes[...])
        }
        if let place { return .int(offset + TextSearch.scalarCount(bytes[..<place])) }
        if name.hasSuffix("find") { return .int(-1) }
        throw evaluator.fail("`\(name)`: the text is not there")
    }

    private func join(_ arguments: Arguments) throws(TemplateError) -> Value {
        let values = try positional(arguments, "iterable", required: 1, of: "join")
        var pieces: [String] = []
        for value in try evaluator.collect(values[0] ?? .none) {
            let piece = try evaluator.expectString(value, "what is joined")
            try evaluator.charge(bytes: piece.utf8.count + text.utf8.count)
            pieces.append(piece)
        }
        return .string(pieces.joined(separator: text))
    }
}

extension Int {
    /// The product, or the greatest integer where it is beyond that.
    func multipliedClamped(by other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max / 2 : product
    }
}

extension Evaluator {
    /// Fills a text up to a width, as the method of that name does.
    func padded(_ text: String, to width: Int, with fill: String, _ method: String) throws(TemplateError) -> String {
        let missing = width - text.unicodeScalars.count
        guard missing > 0 else { return text }
        try charge(bytes: missing.multipliedClamped(by: fill.utf8.count) + text.utf8.count)
        func fills(_ count: Int) -> String { fill.repeated(count) }
        switch method {
        case "ljust": return text + fills(missing)
        case "center":
            let left = missing / 2 + (missing & width & 1)
            return fills(left) + text + fills(missing - left)
        case "zfill":
            guard let sign = text.unicodeScalars.first, sign == "-" || sign == "+" else { return fills(missing) + text }
            return String(sign) + fills(missing) + String(text.unicodeScalars.dropFirst())
        default: return fills(missing) + text
        }
    }
}
