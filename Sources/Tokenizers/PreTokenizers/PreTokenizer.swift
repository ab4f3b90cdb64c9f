/// Cuts a normalized text into words, which the model then takes one by one. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``PreTokenizerKind`` and its line in ``PreTokenizerKind/read(_:)``.
protocol PreTokenizer: Sendable {
    /// Replaces `workspace.words`, byte ranges of `workspace.text` in their order, by smaller ones.
    ///
    /// What lies between the words, as white space, is not looked at again. The text itself may be rewritten.
    func split(_ workspace: inout Workspace) throws(TokenizerError)
}

/// The pre-tokenizers that there are, by their name in tokenizer.json.
enum PreTokenizerKind: String, CaseIterable {
    case bert = "BertPreTokenizer"
    case byteLevel = "ByteLevel"

    static func read(_ node: JSONNode) throws(TokenizerError) -> any PreTokenizer {
        switch try node.member("type").choice(Self.self, called: "pre-tokenizer") {
        case .bert: try BertPreTokenizer(node)
        case .byteLevel: try ByteLevelPreTokenizer(node)
        }
    }
}
