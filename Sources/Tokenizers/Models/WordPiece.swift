/// Greedy longest match from the left (Wu et al. 2016, arXiv:1609.08144): `playing` becomes `play`, `##ing`.
///
/// A word with a part that no token spells, or with too many characters, is one unknown token.
struct WordPiece: TokenModel {
    let vocabulary: Vocabulary
    private let unknown: Int32
    private let maximumCharacters: Int
    /// Where in the vocabulary's tree the tokens that continue a word hang: behind the prefix, as `##`. Nil where no
    /// token begins with it.
    private let continuation: TokenTrie.Node?

    var unknownID: Int32? { unknown }

    /// - Parameters:
    ///   - maximumCharacters: Unicode scalars in the longest word that is looked at.
    ///   - place: what names the unknown token, for the error where the vocabulary lacks it.
    init(
        vocabulary: Vocabulary, unknownToken: String, continuationPrefix: String, maximumCharacters: Int, place: String
    ) throws(TokenizerError) {
        guard let unknown = vocabulary.id(of: unknownToken) else {
            throw TokenizerError(
                place: place,
                problem: "`\(unknownToken)` is not in the vocabulary; name one of its tokens, or add this one")
        }
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.maximumCharacters = maximumCharacters
        continuation = vocabulary.trie.node(of: continuationPrefix.utf8)
    }

    init(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) {
        try node.allowKeys([
            "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab",
        ])
        let unknownToken = try node.member("unk_token")
        try self.init(
            vocabulary: try tables.vocabulary(),
            unknownToken: try unknownToken.string(),
            continuationPrefix: try node.member("continuing_subword_prefix").string(),
            maximumCharacters: try node.member("max_input_chars_per_word").integer(in: 0...Int.max),
            place: "\(unknownToken.file): \(unknownToken.path)")
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) {
        // No more scalars than bytes, so most words need no counting.
        if word.count > maximumCharacters, UTF8Coding.scalarCount(bytes, word) > maximumCharacters {
            return workspace.pieces.append(unknown, word)
        }
        let count = workspace.pieces.ids.count
        var start = word.lowerBound
        while start < word.upperBound {
            let node = start == word.lowerBound ? TokenTrie.root : continuation
            guard let node,
                let match = vocabulary.trie.longestMatch(in: bytes, start..<word.upperBound, from: node)
            else {
                workspace.pieces.truncate(to: count)
                return workspace.pieces.append(unknown, word)
            }
            workspace.pieces.append(match.value, start..<match.end)
            start = match.end
        }
    }
}
