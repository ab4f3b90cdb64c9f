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

/// The tokens `<0x00>` to `<0xFF>`, which stand for the bytes of what no other token spells.
struct ByteTokens: Sendable {
    private let tokens: [Int32?]

    init(_ vocabulary: Vocabulary) {
        tokens = (UInt8(0)...0xFF).map { vocabulary.id(of: Self.name(of: $0)) }
    }

    private static func name(of byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return "<0x" + (byte < 0x10 ? "0" : "") + digits + ">"
    }

    /// Nil where a byte has none.
    subscript(byte: UInt8) -> Int32? { tokens[Int(byte)] }
}

/// The models that there are, by their name in tokenizer.json.
enum TokenModelKind: String, CaseIterable {
    case bytePairEncoding = "BPE"
    case unigram = "Unigram"
    case wordLevel = "WordLevel"
    case wordPiece = "WordPiece"

    static func read(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) -> any TokenModel {
        switch try kind(of: node) {
        case .bytePairEncoding: try BytePairEncoding(node, tables)
        case .unigram: try Unigram(node, tables)
        case .wordLevel: try WordLevel(node, tables)
        case .wordPiece: try WordPiece(node, tables)
        }
    }

    private static func kind(of node: JSONNode) throws(TokenizerError) -> TokenModelKind {
        // Old files, GPT-2's among them, don't name the type; the keys tell.
        let keys = try node.members().keys
        if !keys.contains("type") {
            if keys.contains("merges") { return .bytePairEncoding }
            if keys.contains("max_input_chars_per_word") { return .wordPiece }
            if keys.contains("unk_id") { return .unigram }
        }
        return try node.member("type").choice(Self.self, called: "model")
    }
}
