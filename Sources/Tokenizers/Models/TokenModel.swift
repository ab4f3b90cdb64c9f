/// Turns one word into tokens. Every tokenizer has one.
///
/// To add one: a file of its own, a case of ``TokenModelKind`` and its line in ``TokenModelKind/read(_:_:)``.
protocol TokenModel: Sendable {
    var vocabulary: Vocabulary { get }

    /// The token for what the vocabulary cannot spell; nil where that cannot happen.
    var unknownID: Int32? { get }

    /// Appends the tokens of the word `bytes[word]` to `pieces`.
    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, into pieces: inout Pieces) throws(TokenizerError)
}

/// Tokens of one text or word, and which bytes of the working text each covers.
struct Pieces {
    private(set) var ids: [Int32] = []
    private(set) var ranges: [Range<Int>] = []

    @inline(__always)
    mutating func append(_ id: Int32, _ range: Range<Int>) {
        ids.append(id)
        ranges.append(range)
    }

    /// Takes back all but the first `count` tokens.
    mutating func truncate(to count: Int) {
        ids.removeSubrange(count...)
        ranges.removeSubrange(count...)
    }

    mutating func removeAll() {
        ids.removeAll(keepingCapacity: true)
        ranges.removeAll(keepingCapacity: true)
    }
}

/// The models that there are, by their name in tokenizer.json.
enum TokenModelKind: String, CaseIterable {
    case wordPiece = "WordPiece"

    static func read(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) -> any TokenModel {
        switch try node.member("type").choice(Self.self, called: "model") {
        case .wordPiece: try WordPiece(node, tables)
        }
    }
}
