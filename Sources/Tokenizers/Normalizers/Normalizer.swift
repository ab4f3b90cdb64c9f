/// Rewrites a text before it is cut into words. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``NormalizerKind`` and its line in ``NormalizerKind/read(_:depth:)``.
protocol Normalizer: Sendable {
    /// Rewrites `workspace.text`.
    func normalize(_ workspace: inout Workspace) throws(TokenizerError)
}

/// The normalizers that there are, by their name in tokenizer.json.
enum NormalizerKind: String, CaseIterable {
    case bert = "BertNormalizer"
    case byteLevel = "ByteLevel"
    case lowercase = "Lowercase"
    case nfc = "NFC"
    case nfd = "NFD"
    case nfkc = "NFKC"
    case nfkd = "NFKD"
    case nmt = "Nmt"
    case precompiled = "Precompiled"
    case prepend = "Prepend"
    case replace = "Replace"
    case sequence = "Sequence"
    case strip = "Strip"
    case stripAccents = "StripAccents"

    /// - Parameter depth: how many sequences the node stands in.
    static func read(_ node: JSONNode, depth: Int = 0) throws(TokenizerError) -> any Normalizer {
        switch try node.member("type").choice(Self.self, called: "normalizer") {
        case .bert: try BertNormalizer(node)
        case .byteLevel: try ByteLevelNormalizer(node)
        case .lowercase: try Lowercase(node)
        case .nfc: try UnicodeNormalizer(node, compatibility: false, composes: true)
        case .nfd: try UnicodeNormalizer(node, compatibility: false, composes: false)
        case .nfkc: try UnicodeNormalizer(node, compatibility: true, composes: true)
        case .nfkd: try UnicodeNormalizer(node, compatibility: true, composes: false)
        case .nmt: try Nmt(node)
        case .precompiled: try Precompiled(node)
        case .prepend: try Prepend(node)
        case .replace: try Replace(node)
        case .sequence: try NormalizerSequence(node, depth: depth)
        case .strip: try Strip(node)
        case .stripAccents: try StripAccents(node)
        }
    }
}
