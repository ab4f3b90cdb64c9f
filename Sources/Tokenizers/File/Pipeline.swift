import JSONValues

/// The parts of a tokenizer, as its file describes them.
struct Pipeline: Sendable {
    /// What describes it, for errors.
    let file: String
    var normalizer: (any Normalizer)?
    var preTokenizer: (any PreTokenizer)?
    var model: any TokenModel
    var postProcessor: (any PostProcessor)?
    var decoder: (any TokenDecoder)?
    var tokens: TokenTable
    var truncation: TruncationSetting?
    var padding: PaddingSetting?

    /// Whether sources have to be tracked though nobody asks for offsets.
    var needsSources: Bool {
        // Where the text is not rewritten before it is cut, a place in it tells where it was in the original.
        (preTokenizer?.needsSources ?? false) && (normalizer != nil || preTokenizer is PreTokenizerSequence)
    }

    /// Reads a `tokenizer.json`.
    ///
    /// - Throws: the first thing that isn't as expected, with its JSON path. A component, a key or a version that this
    ///   reader doesn't know is refused, for it might change the tokens.
    init(json bytes: [UInt8], file: String) throws(TokenizerError) {
        self.file = file
        let tables = try LargeTables(bytes, file: file)
        let root = tables.rest
        try root.allowKeys([
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer", "post_processor",
            "decoder", "model",
        ])
        let version = try root.member("version")
        guard try version.string() == "1.0" else {
            throw version.error("format \(try version.string()) is not known here; save the tokenizer in format 1.0")
        }
        model = try TokenModelKind.read(try root.member("model"), tables)
        let nodes = try root.optionalMember("added_tokens")?.elements() ?? []
        var added: [AddedToken] = []
        for node in nodes { added.append(try AddedToken(node)) }
        tokens = try TokenTable(model.vocabulary, added, nodes)

        for key in ["normalizer", "pre_tokenizer", "decoder"] { try root.optionalMember(key)?.limitPatterns() }
        if let node = try root.optionalMember("normalizer") { normalizer = try NormalizerKind.read(node) }
        if let node = try root.optionalMember("pre_tokenizer") { preTokenizer = try PreTokenizerKind.read(node) }
        if let node = try root.optionalMember("post_processor") {
            postProcessor = try PostProcessorKind.read(node, tokens)
        }
        if let node = try root.optionalMember("decoder") { decoder = try TokenDecoderKind.read(node) }
        if let node = try root.optionalMember("truncation") { truncation = try TruncationSetting(node) }
        if let node = try root.optionalMember("padding") { padding = try PaddingSetting(node) }
    }

    /// BERT's pipeline around a vocabulary.
    init(
        bert normalizer: BertNormalizer, vocabulary: Vocabulary, roles: TokenRoles, file: String
    ) throws(TokenizerError) {
        let model = try WordPiece(
            vocabulary: vocabulary, unknownToken: roles.unknown ?? "[UNK]", continuationPrefix: "##",
            maximumCharacters: 100, place: file)
        var added: [AddedToken] = []
        var ids: [Int32] = []
        let names = [roles.padding, roles.unknown, roles.classification, roles.separator, roles.mask]
        for name in names.compactMap({ $0 }) {
            guard let id = vocabulary.id(of: name) else {
                throw TokenizerError(place: file, problem: "the special token `\(name)` is not in it; add a line")
            }
            if !ids.contains(id) { added.append(AddedToken(content: name, id: id, isSpecial: true)) }
            ids.append(id)
        }
        self.file = file
        self.normalizer = normalizer
        preTokenizer = BertPreTokenizer()
        if let classification = roles.classification.flatMap(vocabulary.id(of:)),
            let separator = roles.separator.flatMap(vocabulary.id(of:))
        {
            postProcessor = BertProcessing(classification: classification, separator: separator)
        }
        decoder = WordPieceDecoder(prefix: "##", cleansUp: true)
        self.model = model
        tokens = try TokenTable(vocabulary, added, added.map { _ in JSONNode(.null, file: file) })
    }
}
