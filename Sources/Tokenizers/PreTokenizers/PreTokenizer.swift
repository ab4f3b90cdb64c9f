/// Cuts a normalized text into words, which the model then takes one by one. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``PreTokenizerKind`` and its line in ``PreTokenizerKind/read(_:depth:)``.
protocol PreTokenizer: Sendable {
    /// Replaces `workspace.words`, byte ranges of `workspace.text` in their order, by smaller ones.
    ///
    /// What lies between the words, as white space, is not looked at again. The text itself may be rewritten.
    func split(_ workspace: inout Workspace) throws(TokenizerError)

    /// Whether it asks where in the original a word begins, so that sources have to be tracked.
    var needsSources: Bool { get }
}

extension PreTokenizer {
    var needsSources: Bool { false }
}

/// The pre-tokenizers that there are, by their name in tokenizer.json.
enum PreTokenizerKind: String, CaseIterable {
    case bert = "BertPreTokenizer"
    case byteLevel = "ByteLevel"
    case digits = "Digits"
    case metaspace = "Metaspace"
    case punctuation = "Punctuation"
    case sequence = "Sequence"
    case split = "Split"
    case whitespace = "Whitespace"
    case whitespaceSplit = "WhitespaceSplit"

    /// - Parameter depth: how many sequences the node stands in.
    static func read(_ node: JSONNode, depth: Int = 0) throws(TokenizerError) -> any PreTokenizer {
        switch try node.member("type").choice(Self.self, called: "pre-tokenizer") {
        case .bert: try BertPreTokenizer(node)
        case .byteLevel: try ByteLevelPreTokenizer(node)
        case .digits: try Digits(node)
        case .metaspace: try Metaspace(node)
        case .punctuation: try Punctuation(node)
        case .sequence: try PreTokenizerSequence(node, depth: depth)
        case .split: try Split(node)
        case .whitespace: try Whitespace(node)
        case .whitespaceSplit: try WhitespaceSplit(node)
        }
    }
}
