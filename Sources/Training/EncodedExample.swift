/// A text as a model reads it, and what it is to make of it.
package struct EncodedExample: Sendable, Hashable {
    /// Token ids, special tokens included.
    package var ids: [Int32]
    /// The segment of each token; nil means segment 0 everywhere.
    package var tokenTypeIDs: [Int32]?
    /// Nil if it is not known.
    package var target: Target?

    package init(ids: [Int32], tokenTypeIDs: [Int32]? = nil, target: Target?) {
        self.ids = ids
        self.tokenTypeIDs = tokenTypeIDs
        self.target = target
    }

    /// - Parameter label: the index of the class; nil if it is not known.
    package init(ids: [Int32], tokenTypeIDs: [Int32]? = nil, label: Int? = nil) {
        self.init(ids: ids, tokenTypeIDs: tokenTypeIDs, target: label.map { .label($0) })
    }

    /// For a causal language model: it reads both, and learns to say the answer alone.
    ///
    /// - Parameter answer: with the token that ends it.
    package init(prompt: [Int32], answer: [Int32]) {
        self.init(
            ids: prompt + answer,
            target: .tokens(Array(repeating: Int32(TaskLoss.ignored), count: prompt.count) + answer))
    }
}

/// What a model is to make of an example.
package enum Target: Sendable, Hashable {
    /// One of the classes, by its index.
    case label(Int)
    /// For each class 1 or 0, where a row may have several; or what a regression is to give.
    case numbers([Float])
    /// For each token a class or a token id, ``TaskLoss/ignored`` where nothing is to be learned. A causal language
    /// model learns each from the tokens before it.
    case tokens([Int32])
    /// The tokens that a decoder is to say, the end included.
    case answer([Int32])

    /// The index of the class, where there is one.
    package var label: Int? {
        if case .label(let label) = self { label } else { nil }
    }
}

extension [EncodedExample] {
    /// Their places from the longest to the shortest, so that batches are of similar length and the largest is the first.
    var longestFirst: [Int] {
        indices.sorted { (self[$0].ids.count, $0) > (self[$1].ids.count, $1) }
    }
}
