import JSONValues

/// What the special tokens of a tokenizer are called, by their part, as `tokenizer_config.json` says.
struct TokenRoles: Sendable {
    var padding: String?
    var unknown: String?
    var classification: String?
    var separator: String?
    var mask: String?
    var beginning: String?
    var end: String?

    /// BERT's names, for a vocabulary that comes without further description.
    static let bert = TokenRoles(
        padding: "[PAD]", unknown: "[UNK]", classification: "[CLS]", separator: "[SEP]", mask: "[MASK]")

    /// These roles, and those of `other` where these say nothing.
    func merging(_ other: TokenRoles) -> TokenRoles {
        TokenRoles(
            padding: padding ?? other.padding, unknown: unknown ?? other.unknown,
            classification: classification ?? other.classification, separator: separator ?? other.separator,
            mask: mask ?? other.mask, beginning: beginning ?? other.beginning, end: end ?? other.end)
    }
}

extension TokenRoles {
    /// Reads the roles of a `tokenizer_config.json` or `special_tokens_map.json`, whose other keys are none of ours.
    init(_ node: JSONNode) throws(TokenizerError) {
        func token(_ key: String) throws(TokenizerError) -> String? {
            guard let token = try node.optionalMember(key) else { return nil }
            // Either the token or an object that describes it.
            return token.value.objectValue == nil ? try token.string() : try token.member("content").string()
        }
        self.init(
            padding: try token("pad_token"), unknown: try token("unk_token"), classification: try token("cls_token"),
            separator: try token("sep_token"), mask: try token("mask_token"), beginning: try token("bos_token"),
            end: try token("eos_token"))
    }
}
