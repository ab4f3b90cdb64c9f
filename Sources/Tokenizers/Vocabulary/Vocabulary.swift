/// The tokens of a model and their ids, both ways. Tokens are compared byte by byte.
struct Vocabulary: Sendable {
    /// Ids beyond this are refused: there is no model of that size.
    static let maximumID = (1 << 24) - 1

    struct Entry {
        var token: [UInt8]
        var id: Int32
        /// Where the entry stands in its file, for messages.
        var place: String
    }

    let trie: TokenTrie
    /// How many tokens there are. Ids may have gaps.
    let count: Int
    /// Bytes of all tokens, end to end.
    private let text: [UInt8]
    /// Where each id's token stands in `text`.
    private let extents: TokenExtents

    /// - Parameter laterWins: whether a token may occur again, and then has the later id; both ids have the token.
    /// - Throws: a token or an id that occurs twice, too large a vocabulary.
    init(_ entries: [Entry], laterWins: Bool = false) throws(TokenizerError) {
        var trie = TokenTrie()
        var text: [UInt8] = []
        var extents = TokenExtents(for: entries.lazy.map(\.id))
        text.reserveCapacity(entries.reduce(0) { $0 + $1.token.count })
        for entry in entries {
            guard trie.hasRoom(for: entry.token.count) else {
                throw TokenizerError(place: entry.place, problem: "the vocabulary is larger than 16 million bytes")
            }
            if let range = extents[entry.id] {
                let other = String(decoding: text[range], as: UTF8.self)
                throw TokenizerError(
                    place: entry.place,
                    problem: "id \(entry.id) is given to `\(other)` already; each token needs its own")
            }
            if let other = trie.insert(entry.token, value: entry.id, replaces: laterWins), !laterWins {
                let token = String(decoding: entry.token, as: UTF8.self)
                throw TokenizerError(
                    place: entry.place, problem: "the token `\(token)` has id \(other) already; remove one of the two")
            }
            extents[entry.id] = text.count..<text.count + entry.token.count
            text += entry.token
        }
        self.trie = trie
        self.text = text
        self.extents = extents
        count = entries.count
    }

    func id(of token: some Sequence<UInt8>) -> Int32? { trie.value(of: token) }

    func id(of token: String) -> Int32? { trie.value(of: token.utf8) }

    func token(of id: Int32) -> ArraySlice<UInt8>? {
        extents[id].map { text[$0] }
    }
}
