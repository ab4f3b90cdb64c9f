/// Turns one word into tokens. Every tokenizer has one.
///
/// To add one: a file of its own, a case of ``TokenModelKind`` and its line in ``TokenModelKind/read(_:_:)``.
protocol TokenModel: Sendable {
    var vocabulary: Vocabulary { get }

    /// The token for what the vocabulary cannot spell; nil where that cannot happen.
    var unknownID: Int32? { get }

    /// Appends the tokens of the word `bytes[word]`, which is not empty, to `workspace.pieces`.
    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) throws(TokenizerError)
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
    case bytePairEncoding = "BPE"

    static func read(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) -> any TokenModel {
        switch try kind(of: node) {
        case .wordPiece: try WordPiece(node, tables)
        case .bytePairEncoding: try BytePairEncoding(node, tables)
        }
    }

    private static func kind(of node: JSONNode) throws(TokenizerError) -> TokenModelKind {
        // Old files, GPT-2's among them, don't name the type; the keys tell.
        let keys = try node.members().keys
        if !keys.contains("type") {
            if keys.contains("merges") { return .bytePairEncoding }
            if keys.contains("max_input_chars_per_word") { return .wordPiece }
        }
        return try node.member("type").choice(Self.self, called: "model")
    }
}
