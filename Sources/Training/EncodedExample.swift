/// A text as a model reads it.
package struct EncodedExample: Sendable, Hashable {
    /// Token ids, special tokens included.
    package var ids: [Int32]
    /// The segment of each token; nil means segment 0 everywhere.
    package var tokenTypeIDs: [Int32]?
    /// The index of the class; nil if it is not known.
    package var label: Int?

    package init(ids: [Int32], tokenTypeIDs: [Int32]? = nil, label: Int? = nil) {
        self.ids = ids
        self.tokenTypeIDs = tokenTypeIDs
        self.label = label
    }
}
