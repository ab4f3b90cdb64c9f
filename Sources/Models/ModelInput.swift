package import Tensors

/// A batch of sequences for a model, padded to one length on either side.
package struct ModelInput {
    package enum Tokens {
        /// Token ids, int64 (batch, length).
        case ids(Tensor)
        /// Word embeddings in place of ids, (batch, length, width): how a soft prompt enters.
        case embeddings(Tensor)
        /// Hidden states in front of a layer, (batch, length, d), in place of all that is below it.
        case states(Tensor, layer: Int)
    }

    /// Keys and values that a layer attends to in front of its own, each (batch, key heads, count, head width).
    package struct KeyValuePrefix {
        package let keys: Tensor
        package let values: Tensor

        package init(keys: Tensor, values: Tensor) {
            self.keys = keys
            self.values = values
        }
    }

    package var tokens: Tokens
    /// Bool (batch, length), true at tokens and false at padding; nil if no sequence is padded.
    package var attentionMask: Tensor?
    /// The segment of each token, int64 (batch, length); nil means segment 0 everywhere.
    package var tokenTypeIDs: Tensor?
    /// One for each layer, the encoder's before the decoder's; empty where there are none. Positions count on from them.
    package var prefixes: [KeyValuePrefix] = []
    /// What a decoder has said so far, int64 (batch, answer length), for models of an encoder and a decoder.
    package var decoderIDs: Tensor?
    /// Bool (batch, answer length) as ``attentionMask``.
    package var decoderMask: Tensor?
    /// What was computed of the positions in front of these, which are put there too. A decoder's, where there is an
    /// encoder: then the tokens are read in the first pass alone.
    package var cache: KeyValueCache?
    /// Logits of the last column alone are wanted, (batch, 1, vocabulary).
    package var lastOnly = false

    package init(
        _ tokens: Tokens, attentionMask: Tensor? = nil, tokenTypeIDs: Tensor? = nil, decoderIDs: Tensor? = nil,
        decoderMask: Tensor? = nil
    ) {
        self.tokens = tokens
        self.attentionMask = attentionMask
        self.tokenTypeIDs = tokenTypeIDs
        self.decoderIDs = decoderIDs
        self.decoderMask = decoderMask
    }

    /// (batch, length)
    package var shape: [Int] {
        switch tokens {
        case .ids(let ids): ids.shape
        case .embeddings(let vectors), .states(let vectors, _): Array(vectors.shape.prefix(2))
        }
    }

    /// How many prefix positions stand in front of every layer's own.
    package var prefixLength: Int { prefixes.first?.keys.shape[2] ?? 0 }
}
