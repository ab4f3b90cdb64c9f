/// All tokens of a tokenizer: the model's vocabulary, and the added tokens, which go before.
struct TokenTable: Sendable {
    let vocabulary: Vocabulary
    /// In the order of the file.
    let added: [AddedToken]
    /// How many tokens there are, each counted once.
    let count: Int
    private let addedByContent: TokenTrie
    private let addedByID: [Int32: AddedToken]
    private let specialContents: Set<[UInt8]>

    /// - Parameter nodes: where the added tokens stand, for messages.
    /// - Throws: an id that is not the one that the reference gives to the token.
    init(_ vocabulary: Vocabulary, _ added: [AddedToken], _ nodes: [JSONNode]) throws(TokenizerError) {
        self.vocabulary = vocabulary
        self.added = added
        var trie = TokenTrie()
        var byID: [Int32: AddedToken] = [:]
        var count = vocabulary.count
        for (token, node) in zip(added, nodes) {
            guard trie.hasRoom(for: token.content.utf8.count) else {
                throw node.error("the added tokens are larger than 16 million bytes")
            }
            if trie.insert(token.content.utf8, value: token.id) != nil {
                throw node.error("`\(token.content)` is added already; remove one of the two")
            }
            if let other = byID.updateValue(token, forKey: token.id) {
                throw node.error("id \(token.id) is given to `\(other.content)` already; each token needs its own")
            }
            let isInVocabulary = vocabulary.id(of: token.content) != nil
            // The reference ignores the written ids: a token of the vocabulary keeps its own, others are numbered on.
            let expected = vocabulary.id(of: token.content) ?? Int32(count)
            guard token.id == expected else {
                throw node.error(
                    "`\(token.content)` has id \(token.id) here, but "
                        + (isInVocabulary ? "model.vocab gives it \(expected)" : "the next free one is \(expected)")
                        + "; the two have to agree")
            }
            if !isInVocabulary {
                if let other = vocabulary.token(of: token.id) {
                    let other = String(decoding: other, as: UTF8.self)
                    throw node.error("id \(token.id) is `\(other)` in model.vocab already; each token needs its own")
                }
                count += 1
            }
        }
        self.count = count
        addedByContent = trie
        addedByID = byID
        specialContents = Set(added.filter(\.isSpecial).map { Array($0.content.utf8) })
    }

    func id(of token: String) -> Int32? {
        addedByContent.value(of: token.utf8) ?? vocabulary.id(of: token)
    }

    func token(of id: Int32) -> [UInt8]? {
        addedByID[id].map { Array($0.content.utf8) } ?? vocabulary.token(of: id).map { Array($0) }
    }

    /// Whether an added token that decoding can leave out reads so.
    func isSpecial(_ token: [UInt8]) -> Bool { specialContents.contains(token) }

    func isSpecial(_ id: Int32) -> Bool { addedByID[id]?.isSpecial ?? false }

    /// Refuses an id in another part of the file that is not the token's.
    func check(_ token: String, hasID id: Int32, at node: JSONNode) throws(TokenizerError) {
        guard self.id(of: token) != id else { return }
        let found = self.id(of: token).map { "has id \($0)" } ?? "is not there"
        throw node.error("`\(token)` has id \(id) here, but in the vocabulary it \(found); the two have to agree")
    }

    /// The id in a token written as `["[CLS]", 101]`.
    func id(written node: JSONNode) throws(TokenizerError) -> Int32 {
        let elements = try node.elements()
        guard elements.count == 2 else { throw node.error("expected a token and its id, as [\"[SEP]\", 102]") }
        let id = try elements[1].tokenID()
        try check(try elements[0].string(), hasID: id, at: elements[0])
        return id
    }
}
