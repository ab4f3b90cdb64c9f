/// Rewrites a text before it is cut into words. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``NormalizerKind`` and its line in ``NormalizerKind/read(_:)``.
protocol Normalizer: Sendable {
    /// Rewrites `workspace.text`.
    func normalize(_ workspace: inout Workspace) throws(TokenizerError)
}

/// The normalizers that there are, by their name in tokenizer.json.
enum NormalizerKind: String, CaseIterable {
    case bert = "BertNormalizer"

    static func read(_ node: JSONNode) throws(TokenizerError) -> any Normalizer {
        switch try node.member("type").choice(Self.self, called: "normalizer") {
        case .bert: try BertNormalizer(node)
        }
    }
}
