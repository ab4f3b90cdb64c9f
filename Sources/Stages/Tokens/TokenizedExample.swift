import Training

/// A row as token ids, with the number by which predictions refer to it.
struct TokenizedExample: Sendable, Hashable {
    let id: Int
    /// The class's number.
    let label: Int
    let tokenIDs: [Int32]
    /// Which text of a pair each token belongs to; nil where there are no pairs.
    let typeIDs: [Int32]?

    var encoded: EncodedExample { EncodedExample(ids: tokenIDs, tokenTypeIDs: typeIDs, label: label) }
}

/// A `tokens` artifact, read.
struct TokenSet: Sendable {
    private let folder: String
    let description: TokensDescription

    init(_ folder: String) throws {
        self.folder = folder
        description = try TokensDescription(readingFrom: folder)
    }

    func examples(of split: SplitName) throws -> [TokenizedExample] { try TokensFile.read(split, in: folder) }
}
