/// The tokens of a model and their ids, both ways. Tokens are compared byte by byte.
struct Vocabulary: Sendable {
    /// Ids beyond this are refused: there is no model of that size, and the table from id to token is an array.
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
    /// Bytes of all tokens, end to end, and where each id's begin; nil for an id that no token has.
    private let text: [UInt8]
    private let ranges: [Range<Int>?]

    /// - Throws: a token or an id that occurs twice, too large a vocabulary.
    init(_ entries: [Entry]) throws(TokenizerError) {
        var trie = TokenTrie()
        var text: [UInt8] = []
        var ranges: [Range<Int>?] = Array(repeating: nil, count: entries.count)
        text.reserveCapacity(entries.reduce(0) { $0 + $1.token.count })
        for entry in entries {
            let id = Int(entry.id)
            if id >= ranges.count { ranges += Array(repeating: nil, count: id + 1 - ranges.count) }
            guard trie.hasRoom(for: entry.token.count) else {
                throw TokenizerError(place: entry.place, problem: "the vocabulary is larger than 16 million bytes")
            }
            if let range = ranges[id] {
                let other = String(decoding: text[range], as: UTF8.self)
                throw TokenizerError(
                    place: entry.place, problem: "id \(id) is given to `\(other)` already; each token needs its own")
            }
            if let other = trie.insert(entry.token, value: entry.id) {
                let token = String(decoding: entry.token, as: UTF8.self)
                throw TokenizerError(
                    place: entry.place, problem: "the token `\(token)` has id \(other) already; remove one of the two")
            }
            ranges[id] = text.count..<text.count + entry.token.count
            text += entry.token
        }
        self.trie = trie
        self.text = text
        self.ranges = ranges
        count = entries.count
    }

    func id(of token: some Sequence<UInt8>) -> Int32? { trie.value(of: token) }

    func id(of token: String) -> Int32? { trie.value(of: token.utf8) }

    func token(of id: Int32) -> ArraySlice<UInt8>? {
        guard id >= 0, id < ranges.count, let range = ranges[Int(id)] else { return nil }
        return text[range]
    }
}
