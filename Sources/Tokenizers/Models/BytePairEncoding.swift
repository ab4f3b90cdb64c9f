import JSONValues

/// Byte pair encoding (Sennrich et al. 2016, arXiv:1508.07909): a word begins as its characters, and neighbours are
/// merged in the order in which training learned to.
struct BytePairEncoding: TokenModel {
    let vocabulary: Vocabulary
    let unknownID: Int32?
    private let merges: MergeTable
    /// Whether neighbouring unknown characters become one unknown token.
    private let fusesUnknown: Bool
    /// For the bytes of an unknown character; nil where there is no such fallback.
    private let byteTokens: ByteTokens?
    /// Whether a word that is a token is taken whole, whatever the merges would make of it.
    private let takesWholeWords: Bool
    /// What a token begins with that doesn't begin a word, and what one ends with that ends a word; mostly nothing.
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private let isMarked: Bool

    init(_ node: JSONNode, _ tables: LargeTables) throws(TokenizerError) {
        try node.allowKeys([
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk",
            "byte_fallback", "ignore_merges", "vocab", "merges",
        ])
        if let dropout = try node.optionalMember("dropout"), dropout.value.doubleValue != 0 {
            throw dropout.error("random tokens are not supported; set it to null")
        }
        prefix = Array(try (node.optionalMember("continuing_subword_prefix")?.string() ?? "").utf8)
        suffix = Array(try (node.optionalMember("end_of_word_suffix")?.string() ?? "").utf8)
        isMarked = !prefix.isEmpty || !suffix.isEmpty
        let vocabulary = try tables.vocabulary()
        if let unknown = try node.optionalMember("unk_token") {
            guard let id = vocabulary.id(of: try unknown.string()) else {
                throw unknown.error(
                    "`\(try unknown.string())` is not in the vocabulary; name one of its tokens, or add this one")
            }
            unknownID = id
        } else {
            unknownID = nil
        }
        fusesUnknown = try node.optionalMember("fuse_unk")?.bool() ?? false
        takesWholeWords = try node.optionalMember("ignore_merges")?.bool() ?? false
        let fallsBack = try node.optionalMember("byte_fallback")?.bool() ?? false
        byteTokens = fallsBack ? ByteTokens(vocabulary) : nil
        merges = try tables.merges(vocabulary, prefixLength: prefix.count)
        self.vocabulary = vocabulary
    }

    func tokenize(_ bytes: Span<UInt8>, _ word: Range<Int>, _ workspace: inout Workspace) {
        if takesWholeWords, let match = vocabulary.trie.longestMatch(in: bytes, word), match.end == word.upperBound {
            return workspace.pieces.append(match.value, word)
        }
        /// The bytes of unknown characters whose token is not written yet.
        var unknown: Range<Int>?
        /// The character before, if it is a token.
        var previous: UInt32?
        var index = word.lowerBound
        while index < word.upperBound {
            let (scalar, length) = UTF8Coding.decode(bytes, at: index)
            let character = index..<index + length
            index = character.upperBound
            if let token = token(ofCharacter: character, of: word, bytes) {
                writeUnknown(&unknown, &workspace)
                if let previous, !isMarked, !merges.neighbours.contains(previous, scalar) {
                    workspace.merger.finish(merges, into: &workspace.pieces)
                }
                workspace.merger.append(token, character)
                previous = scalar
                continue
            }
            previous = nil
            if !writeBytes(of: character, of: word, bytes, &workspace) {
                if fusesUnknown, let before = unknown {
                    unknown = before.lowerBound..<character.upperBound
                } else {
                    writeUnknown(&unknown, &workspace)
                    unknown = character
                }
            }
        }
        writeUnknown(&unknown, &workspace)
        workspace.merger.finish(merges, into: &workspace.pieces)
    }

    @inline(__always)
    private func token(
        ofCharacter character: Range<Int>, of word: Range<Int>, _ bytes: Span<UInt8>
    ) -> Int32? {
        if isMarked { return vocabulary.id(of: marked(character, of: word, bytes)) }
        var node = TokenTrie.root
        for index in character {
            node = vocabulary.trie.child(of: node, over: bytes[index])
            if node == TokenTrie.none { return nil }
        }
        return vocabulary.trie.value(at: node)
    }

    /// A character with the marks that tell its place in the word.
    private func marked(_ character: Range<Int>, of word: Range<Int>, _ bytes: Span<UInt8>) -> [UInt8] {
        var marked = character.lowerBound == word.lowerBound ? [] : prefix
        for index in character { marked.append(bytes[index]) }
        return character.upperBound == word.upperBound ? marked + suffix : marked
    }

    /// Without a token for the unknown, unknown characters leave no trace, as in the reference (whose offsets are
    /// another character's from there on).
    private func writeUnknown(_ unknown: inout Range<Int>?, _ workspace: inout Workspace) {
        if let range = unknown, let unknownID { workspace.merger.append(unknownID, range) }
        unknown = nil
    }

    /// Writes a character as its bytes, unless one of them has no token. (The reference puts them before an unknown
    /// token that is still open, which only a vocabulary with some byte tokens missing can show.)
    private func writeBytes(
        of character: Range<Int>, of word: Range<Int>, _ bytes: Span<UInt8>, _ workspace: inout Workspace
    ) -> Bool {
        guard let byteTokens else { return false }
        // The marks are spelled too, as in the reference.
        let marked = marked(character, of: word, bytes)
        for byte in marked where byteTokens[byte] == nil { return false }
        for (offset, byte) in marked.enumerated() {
            let index = min(character.lowerBound + offset, character.upperBound - 1)
            if let token = byteTokens[byte] { workspace.merger.append(token, index..<index + 1) }
        }
        return true
    }
}
