import JSONValues

/// The one or two tables that are most of a tokenizer.json, `model.vocab` and `model.merges`, read apart from the rest.
struct LargeTables {
    /// The document with null in the place of each table.
    let rest: JSONNode

    private let bytes: [UInt8]
    private let file: String
    /// Where the values of `model.vocab` and `model.merges` begin; nil where there is none.
    private let vocabularyStart: Int?
    private let mergesStart: Int?

    /// - Throws: what is not JSON, with its line and column.
    init(_ bytes: [UInt8], file: String) throws(TokenizerError) {
        self.bytes = bytes
        self.file = file
        var small = bytes
        let tables = Self.locate(bytes)
        vocabularyStart = tables["vocab"]?.lowerBound
        mergesStart = tables["merges"]?.lowerBound
        for range in tables.values.sorted(by: { $0.lowerBound > $1.lowerBound }) {
            // Lines stay, so that what is said of the rest still has its place.
            let lines = bytes[range].filter { $0 == 0x0A }
            small.replaceSubrange(range, with: Array("null".utf8) + lines)
        }
        rest = JSONNode(try Self.parse(small, file: file), file: file)
    }

    // MARK: Vocabulary

    /// The tokens and ids of `model.vocab`.
    func vocabulary() throws(TokenizerError) -> Vocabulary {
        guard let vocabularyStart, let entries = entries(from: vocabularyStart) else {
            // Either it isn't JSON, which this tells, or it isn't a vocabulary.
            let document = JSONNode(try Self.parse(bytes, file: file), file: file)
            let table = try document.member("model").member("vocab")
            for key in try table.members().keys.sorted() { _ = try table.member(key).tokenID() }
            throw table.expected("an object of tokens and ids")
        }
        return try Vocabulary(entries)
    }

    private func entries(from start: Int) -> [Vocabulary.Entry]? {
        var scanner = JSONScanner(bytes, from: start)
        var entries: [Vocabulary.Entry] = []
        let place = "\(file): model.vocab"
        guard scanner.skip("{") else { return nil }
        if scanner.skip("}") { return entries }
        repeat {
            guard let token = scanner.string(), scanner.skip(":"), let id = scanner.integer(),
                (0...Vocabulary.maximumID).contains(id)
            else { return nil }
            entries.append(Vocabulary.Entry(token: token, id: Int32(id), place: place))
        } while scanner.skip(",")
        return scanner.skip("}") ? entries : nil
    }

    /// The tokens of a `model.vocab` that lists each with its score, as `["▁the", -3.2]`; a token's place is its id.
    func scoredVocabulary() throws(TokenizerError) -> (vocabulary: Vocabulary, scores: [Double]) {
        guard let vocabularyStart, let pairs = scoredTokens(from: vocabularyStart) else {
            let document = JSONNode(try Self.parse(bytes, file: file), file: file)
            let table = try document.member("model").member("vocab")
            for element in try table.elements() {
                let pair = try element.elements()
                guard pair.count == 2, pair[0].value.stringValue != nil, pair[1].value.doubleValue?.isFinite == true
                else { throw element.error("expected a token and its score, as [\"the\", -3.2]") }
            }
            throw table.error("expected an array of at most \(Vocabulary.maximumID) tokens and scores")
        }
        let place = "\(file): model.vocab"
        let entries = pairs.enumerated().map { id, pair in
            Vocabulary.Entry(token: pair.token, id: Int32(id), place: place)
        }
        // The reference lets a token occur again, which training makes happen.
        return (try Vocabulary(entries, laterWins: true), pairs.map(\.score))
    }

    private func scoredTokens(from start: Int) -> [(token: [UInt8], score: Double)]? {
        var scanner = JSONScanner(bytes, from: start)
        var pairs: [(token: [UInt8], score: Double)] = []
        guard scanner.skip("[") else { return nil }
        if scanner.skip("]") { return pairs }
        repeat {
            guard scanner.skip("["), let token = scanner.string(), scanner.skip(","), let score = scanner.number(),
                scanner.skip("]"), pairs.count < Vocabulary.maximumID
            else { return nil }
            pairs.append((token, score))
        } while scanner.skip(",")
        return scanner.skip("]") ? pairs : nil
    }

    // MARK: Merges

    /// The merges in `model.merges`, each written as `"a b"` or as `["a", "b"]`.
    ///
    /// - Parameter prefixLength: how many bytes the right one of two tokens begins with that are not in what they become.
    func merges(_ vocabulary: Vocabulary, prefixLength: Int = 0) throws(TokenizerError) -> MergeTable {
        guard let mergesStart, let pairs = pairs(from: mergesStart) else {
            let document = JSONNode(try Self.parse(bytes, file: file), file: file)
            let table = try document.member("model").member("merges")
            for element in try table.elements() where Self.pair(of: element) == nil {
                throw element.error("expected a merge, as \"a b\" or [\"a\", \"b\"]")
            }
            throw table.expected("an array of merges")
        }
        var merges = MergeTable(capacity: pairs.count)
        for (rank, (left, right)) in pairs.enumerated() {
            let ids = try [left, right, left + right.dropFirst(prefixLength)].map { token throws(TokenizerError) in
                if let id = vocabulary.id(of: token) { return id }
                let token = String(decoding: token, as: UTF8.self)
                throw TokenizerError(
                    place: "\(file): model.merges[\(rank)]",
                    problem: "`\(token)` is not in the vocabulary; add it, or "
                        + "take out the merge")
            }
            merges.insert(ids[0], ids[1], MergeTable.Merge(rank: UInt32(rank), token: ids[2]))
            merges.insertNeighbours(left, right)
        }
        return merges
    }

    private func pairs(from start: Int) -> [([UInt8], [UInt8])]? {
        var scanner = JSONScanner(bytes, from: start)
        var pairs: [([UInt8], [UInt8])] = []
        guard scanner.skip("[") else { return nil }
        if scanner.skip("]") { return pairs }
        repeat {
            if scanner.skip("[") {
                guard let left = scanner.string(), scanner.skip(","), let right = scanner.string(), scanner.skip("]")
                else { return nil }
                pairs.append((left, right))
            } else {
                guard let text = scanner.string() else { return nil }
                // The first line of a merges.txt, which some files have kept.
                if text.starts(with: "#version".utf8) { continue }
                guard let pair = Self.pair(of: text) else { return nil }
                pairs.append(pair)
            }
        } while scanner.skip(",")
        return scanner.skip("]") ? pairs : nil
    }

    /// The two tokens of `a b`.
    private static func pair(of text: [UInt8]) -> ([UInt8], [UInt8])? {
        let parts = text.split(separator: ASCII.space, omittingEmptySubsequences: false)
        return parts.count == 2 ? (Array(parts[0]), Array(parts[1])) : nil
    }

    private static func pair(of node: JSONNode) -> ([UInt8], [UInt8])? {
        if let text = node.value.stringValue { return pair(of: Array(text.utf8)) }
        guard let parts = node.value.arrayValue?.map(\.stringValue), parts.count == 2,
            let left = parts[0], let right = parts[1]
        else { return nil }
        return (Array(left.utf8), Array(right.utf8))
    }

    // MARK: Finding the tables

    /// The ranges of the tables' values by their key, as far as the text can be followed.
    private static func locate(_ bytes: [UInt8]) -> [String: Range<Int>] {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var scanner = JSONScanner(bytes, from: bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0)
        var tables: [String: Range<Int>] = [:]
        guard scanner.skip("{") else { return [:] }
        repeat {
            guard let key = scanner.string(), scanner.skip(":") else { return tables }
            scanner.skipSpace()
            if key == Array("model".utf8), scanner.next == UInt8(ascii: "{") {
                _ = scanner.skip("{")
                repeat {
                    guard let key = scanner.string(), scanner.skip(":") else { return tables }
                    scanner.skipSpace()
                    let start = scanner.position
                    let isTable = scanner.next == UInt8(ascii: "{") || scanner.next == UInt8(ascii: "[")
                    guard scanner.skipValue() else { return tables }
                    let name = String(decoding: key, as: UTF8.self)
                    if isTable, name == "vocab" || name == "merges", tables[name] == nil {
                        tables[name] = start..<scanner.position
                    }
                } while scanner.skip(",")
                guard scanner.skip("}") else { return tables }
            } else {
                guard scanner.skipValue() else { return tables }
            }
        } while scanner.skip(",")
        return tables
    }

    static func parse(_ bytes: [UInt8], file: String) throws(TokenizerError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw TokenizerError(place: "\(file):\(error.line):\(error.column)", problem: error.message)
        }
    }
}
