import Foundation

/// Text to token ids and back, as a model's own `tokenizer.json` describes it.
///
/// The ids are Hugging Face's: the same file gives the same ids for every text. A value never changes and may be used
/// from many tasks at once.
///
/// ```swift
/// let tokenizer = try Tokenizer(folder: "models/minilm")
/// let encoding = try tokenizer.encode("A fine film.", maximumLength: 128)
/// encoding.ids                                                 // [101, 1037, 2986, 2143, 1012, 102]
/// tokenizer.decode(encoding.ids, skipSpecialTokens: true)      // "a fine film."
/// ```
///
/// Truncation and padding settings in the file are read but not applied by themselves: see ``truncation`` and
/// ``padding``.
package struct Tokenizer: Sendable {
    let pipeline: Pipeline
    let finder: AddedTokenFinder
    let normalizedFinder: AddedTokenFinder
    /// What is sought, and decoded, for the added tokens that are normalized.
    let normalizedTexts: [Int32: [UInt8]]
    private let roles: TokenRoles

    /// Reads a folder as Hugging Face lays it out: `tokenizer.json`, or a BERT's `vocab.txt`, beside
    /// `tokenizer_config.json` and `special_tokens_map.json`, which need not be there.
    ///
    /// - Throws: ``TokenizerError``: a file that is missing or not as expected, with its JSON path; a component that is
    ///   not known here.
    package init(folder: String) throws(TokenizerError) {
        let (pipeline, roles) = try TokenizerFolder(folder).read()
        try self.init(pipeline, roles: roles)
    }

    /// Reads one `tokenizer.json`. The same errors as from ``init(folder:)``.
    package init(file: String) throws(TokenizerError) {
        try self.init(json: try TokenizerFolder.bytes(of: file), file: file)
    }

    /// Reads the content of a `tokenizer.json`.
    ///
    /// - Parameter file: what errors call it.
    package init(json bytes: [UInt8], file: String) throws(TokenizerError) {
        try self.init(try Pipeline(json: bytes, file: file), roles: TokenRoles())
    }

    private init(_ pipeline: Pipeline, roles: TokenRoles) throws(TokenizerError) {
        self.pipeline = pipeline
        self.roles = roles
        let raw = pipeline.tokens.added.filter { !$0.isNormalized }
        finder = try AddedTokenFinder(raw, texts: raw.map { Array($0.content.utf8) }, file: pipeline.file)
        let normalized = pipeline.tokens.added.filter(\.isNormalized)
        var texts: [[UInt8]] = []
        var workspace = Workspace(tracksSources: false)
        for token in normalized {
            workspace.text.reset(to: token.content)
            try pipeline.normalizer?.normalize(&workspace)
            texts.append(workspace.text.bytes)
        }
        normalizedFinder = try AddedTokenFinder(normalized, texts: texts, file: pipeline.file)
        normalizedTexts = Dictionary(zip(normalized.map(\.id), texts), uniquingKeysWith: { first, _ in first })
    }

    // MARK: The vocabulary

    /// How many tokens there are, added ones included. The ids are usually those below.
    package var vocabularySize: Int { pipeline.tokens.count }

    /// The id of a token, nil where there is none of that name.
    package func id(of token: String) -> Int32? { pipeline.tokens.id(of: token) }

    /// The token of an id, nil where there is none.
    package func token(of id: Int32) -> String? {
        pipeline.tokens.token(of: id).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The tokens of many ids, as of an encoding's; nil for an id that no token has.
    package func tokens(of ids: [Int32]) -> [String?] { ids.map(token(of:)) }

    // MARK: Special tokens

    /// What fills up the shorter texts of a batch; nil for a model that was trained without.
    package var paddingID: Int32? { id(of: roles.padding) ?? pipeline.padding?.tokenID ?? specialID("[PAD]", "<pad>") }

    /// What stands in front for the whole text, as BERT's `[CLS]`.
    package var classificationID: Int32? { id(of: roles.classification) ?? specialID("[CLS]") }

    /// What separates texts, as BERT's `[SEP]`.
    package var separatorID: Int32? { id(of: roles.separator) ?? specialID("[SEP]") }

    /// What stands in the place of what the vocabulary cannot spell.
    package var unknownID: Int32? { pipeline.model.unknownID }

    /// What hides a word in masked language modelling.
    package var maskID: Int32? { id(of: roles.mask) ?? specialID("[MASK]", "<mask>") }

    /// What begins a text for a causal language model.
    package var beginningID: Int32? { id(of: roles.beginning) ?? specialID("<s>", "<|endoftext|>") }

    /// What ends a text for a causal language model.
    package var endID: Int32? { id(of: roles.end) ?? specialID("</s>", "<|endoftext|>") }

    private func id(of role: String?) -> Int32? { role.flatMap(id(of:)) }

    /// The first of some customary names that a special token bears, for a file that comes without a configuration.
    private func specialID(_ names: String...) -> Int32? {
        names.lazy.compactMap(id(of:)).first(where: pipeline.tokens.isSpecial)
    }

    // MARK: What the file says of lengths

    /// The truncation that the file was saved with, for callers that want to heed it.
    package var truncation: TruncationSetting? { pipeline.truncation }

    /// The padding that the file was saved with, for callers that want to heed it.
    package var padding: PaddingSetting? { pipeline.padding }
}
