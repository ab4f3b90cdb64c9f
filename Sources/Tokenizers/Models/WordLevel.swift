/// Each word is a token, or the unknown one.
struct WordLevel: TokenModel {
    let vocabulary: Vocabulary
    let unknownID: Int32?
    /// What names the unknown token.
    private let place: String
    private let unknownToken: String

    init(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) {
        try node.allowKeys(["type", "vocab", "unk_token"])
        let unknown = try node.member("unk_token")
        vocabulary = try tables.vocabulary()
        unknownToken = try unknown.string()
        unknownID = vocabulary.id(of: unknownToken)
        place = "\(unknown.file): \(unknown.path)"
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) throws(TokenizerError) {
        if let match = vocabulary.trie.longestMatch(in: bytes, word), match.end == word.upperBound {
            return workspace.pieces.append(match.value, word)
        }
        guard let unknownID else {
            throw TokenizerError(
                place: place,
                problem: "a word is unknown, but `\(unknownToken)` is not in the vocabulary; name one of its tokens")
        }
        workspace.pieces.append(unknownID, word)
    }
}
