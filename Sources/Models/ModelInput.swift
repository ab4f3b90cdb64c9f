package import Tensors

/// A batch of sequences for a model, padded to one length.
package struct ModelInput {
    package enum Tokens {
        /// Token ids, int64 (batch, length).
        case ids(Tensor)
        /// Word embeddings in place of ids, (batch, length, width): how a soft prompt enters.
        case embeddings(Tensor)
    }

    package var tokens: Tokens
    /// Bool (batch, length), true at tokens and false at padding; nil if no sequence is padded.
    package var attentionMask: Tensor?
    /// The segment of each token, int64 (batch, length); nil means segment 0 everywhere.
    package var tokenTypeIDs: Tensor?

    package init(_ tokens: Tokens, attentionMask: Tensor? = nil, tokenTypeIDs: Tensor? = nil) {
        self.tokens = tokens
        self.attentionMask = attentionMask
        self.tokenTypeIDs = tokenTypeIDs
    }

    /// (batch, length)
    package var shape: [Int] {
        switch tokens {
        case .ids(let ids): ids.shape
        case .embeddings(let embeddings): Array(embeddings.shape.prefix(2))
        }
    }
}
