/// Says how the tokens of one text or of two become a model's input. A tokenizer has one or none.
///
/// To add one: a file of its own, a case of ``PostProcessorKind`` and its line in ``PostProcessorKind/read(_:_:depth:)``.
protocol PostProcessor: Sendable {
    var single: Layout { get }
    var pair: Layout { get }

    /// Whether it says how the texts are laid out. One that doesn't leaves them as they are.
    var laysOut: Bool { get }

    /// How offsets leave out the white space that belongs to a token, one after another; none where they keep it.
    var offsetTrimmings: [OffsetTrimming] { get }
}

extension PostProcessor {
    var laysOut: Bool { true }
    var offsetTrimmings: [OffsetTrimming] { [] }
}

/// Special tokens and texts in their order.
struct Layout: Sendable, Hashable {
    enum Part: Sendable, Hashable {
        case first(typeID: Int32)
        case second(typeID: Int32)
        case special(id: Int32, typeID: Int32)
    }

    var parts: [Part]

    /// How many tokens the layout adds to the texts'.
    var specialCount: Int {
        parts.count { if case .special = $0 { true } else { false } }
    }

    /// What a tokenizer without post-processor does.
    static let plainSingle = Layout(parts: [.first(typeID: 0)])
    static let plainPair = Layout(parts: [.first(typeID: 0), .second(typeID: 1)])
}

/// The post-processors that there are, by their name in tokenizer.json.
enum PostProcessorKind: String, CaseIterable {
    case template = "TemplateProcessing"
    case bert = "BertProcessing"
    case roberta = "RobertaProcessing"
    case byteLevel = "ByteLevel"
    case sequence = "Sequence"

    /// - Parameter depth: how many sequences the node stands in.
    static func read(_ node: JSONNode, _ tokens: TokenTable, depth: Int = 0) throws(TokenizerError) -> any PostProcessor
    {
        switch try node.member("type").choice(Self.self, called: "post-processor") {
        case .template: try TemplateProcessing(node, tokens)
        case .bert: try BertProcessing(node, tokens)
        case .roberta: try RobertaProcessing(node, tokens)
        case .byteLevel: try ByteLevelProcessing(node)
        case .sequence: try PostProcessorSequence(node, tokens, depth: depth)
        }
    }
}
