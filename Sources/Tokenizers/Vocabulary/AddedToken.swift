/// A token that is found in the text itself, before the model sees it, as `[MASK]`.
struct AddedToken: Sendable, Hashable {
    var content: String
    var id: Int32
    /// Whether a match counts only where no word character touches it.
    var isSingleWord = false
    /// Whether a match takes the white space before it.
    var stripsLeft = false
    /// Whether a match takes the white space behind it.
    var stripsRight = false
    /// Whether it is sought in the normalized text, normalized itself; otherwise in the text as given.
    var isNormalized = false
    /// Whether decoding can leave it out.
    var isSpecial = false
}

extension AddedToken {
    init(_ node: JSONNode) throws(TokenizerError) {
        try node.allowKeys(["id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"])
        let content = try node.member("content")
        guard try !content.string().isEmpty else { throw content.error("a token has at least one character") }
        self.init(
            content: try content.string(),
            id: try node.member("id").tokenID(),
            isSingleWord: try node.member("single_word").bool(),
            stripsLeft: try node.member("lstrip").bool(),
            stripsRight: try node.member("rstrip").bool(),
            isNormalized: try node.member("normalized").bool(),
            isSpecial: try node.member("special").bool())
    }
}
