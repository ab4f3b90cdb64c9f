import JSONValues

/// A value of a JSON file that knows where it stands, so that what is wrong with it can be told.
struct JSONNode {
    let value: JSONValue
    let file: String
    /// As `added_tokens[3].content`; empty for the whole document.
    let path: String

    init(_ value: JSONValue, file: String, path: String = "") {
        self.value = value
        self.file = file
        self.path = path
    }

    // MARK: Members and elements

    /// The value of a key that has to be there; null counts as there.
    func member(_ key: String) throws(TokenizerError) -> JSONNode {
        guard let member = try members()[key] else {
            throw JSONNode(.null, file: file, path: pathOfMember(key)).error("this key is missing")
        }
        return JSONNode(member, file: file, path: pathOfMember(key))
    }

    /// The value of a key, or nil where it is absent or null.
    func optionalMember(_ key: String) throws(TokenizerError) -> JSONNode? {
        guard let member = try members()[key], !member.isNull else { return nil }
        return JSONNode(member, file: file, path: pathOfMember(key))
    }

    func members() throws(TokenizerError) -> [String: JSONValue] {
        guard let members = value.objectValue else { throw expected("an object") }
        return members
    }

    func elements() throws(TokenizerError) -> [JSONNode] {
        guard let elements = value.arrayValue else { throw expected("an array") }
        return elements.enumerated().map { JSONNode($1, file: file, path: "\(path)[\($0)]") }
    }

    /// How deep sequences may stand in each other; real files have one in none.
    private static let maximumDepth = 16

    /// How many patterns a tokenizer may have; real ones have four at most. Each takes milliseconds to compile.
    private static let maximumPatternCount = 64

    /// Refuses a component with more regular expressions in it than a file could need.
    func limitPatterns() throws(TokenizerError) {
        func count(_ value: JSONValue) -> Int {
            if let members = value.objectValue {
                return members.reduce(0) { $0 + ($1.key == "Regex" ? 1 : count($1.value)) }
            }
            return value.arrayValue?.reduce(0) { $0 + count($1) } ?? 0
        }
        let count = count(value)
        guard count <= Self.maximumPatternCount else {
            throw error("there are \(count) regular expressions; expected at most \(Self.maximumPatternCount)")
        }
    }

    /// The components of a sequence that stands in `depth` others.
    func sequenceElements(_ key: String, depth: Int) throws(TokenizerError) -> [JSONNode] {
        guard depth < Self.maximumDepth else {
            throw error("sequences stand in each other more than \(Self.maximumDepth) deep; write one flat sequence")
        }
        return try member(key).elements()
    }

    /// The one scalar of a string.
    func scalar() throws(TokenizerError) -> Unicode.Scalar {
        let scalars = try string().unicodeScalars
        guard let scalar = scalars.first, scalars.count == 1 else { throw error("expected one character") }
        return scalar
    }

    /// Refuses keys beyond those that a component has: one that this reader doesn't know might change the tokens.
    func allowKeys(_ keys: Set<String>) throws(TokenizerError) {
        guard let unknown = try members().keys.filter({ !keys.contains($0) }).min() else { return }
        throw JSONNode(.null, file: file, path: pathOfMember(unknown))
            .error("this key is not known here; the known ones are \(Self.list(keys.sorted()))")
    }

    // MARK: Scalars

    func string() throws(TokenizerError) -> String {
        guard let string = value.stringValue else { throw expected("a string") }
        return string
    }

    func bool() throws(TokenizerError) -> Bool {
        guard let bool = value.boolValue else { throw expected("true or false") }
        return bool
    }

    func integer(in range: ClosedRange<Int>) throws(TokenizerError) -> Int {
        guard let integer = value.intValue else { throw expected("a whole number") }
        guard range.contains(integer) else {
            throw error("\(integer) is outside \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    func tokenID() throws(TokenizerError) -> Int32 {
        Int32(try integer(in: 0...Vocabulary.maximumID))
    }

    /// A string that is one of an enumeration's names.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ type: Choice.Type, called noun: String
    ) throws(TokenizerError) -> Choice where Choice.RawValue == String {
        let name = try string()
        if let choice = Choice(rawValue: name) { return choice }
        throw error("unknown \(noun) `\(name)`; the known ones are \(Self.list(Choice.allCases.map(\.rawValue)))")
    }

    // MARK: Errors

    func expected(_ what: String) -> TokenizerError {
        error("expected \(what), found \(value.kindDescription)")
    }

    func error(_ problem: String) -> TokenizerError {
        TokenizerError(place: path.isEmpty ? file : "\(file): \(path)", problem: problem)
    }

    private static func list(_ names: [String]) -> String {
        names.map { "`\($0)`" }.joined(separator: ", ")
    }

    private func pathOfMember(_ key: String) -> String {
        let isPlain = !key.isEmpty && key.utf8.allSatisfy { $0 == UInt8(ascii: "_") || ASCII.isAlphanumeric($0) }
        if !isPlain { return "\(path)[\"\(key)\"]" }
        return path.isEmpty ? key : "\(path).\(key)"
    }
}
