/// A text, or a pair of texts, as a model takes it.
///
/// The arrays have one element for each token, so they are equally long (`offsets` if asked for).
package struct Encoding: Sendable, Hashable {
    /// Rows of the embedding matrix.
    package var ids: [Int32] = []
    /// Which of the two texts a token belongs to, as the tokenizer's template numbers them: 0 or 1 for BERT.
    package var typeIDs: [Int32] = []
    /// True for tokens that stand for no part of the text, as `[CLS]`.
    package var specialTokensMask: [Bool] = []
    /// The part of its text that a token stands for, in Unicode scalars as Hugging Face counts; `0..<0` for special
    /// tokens. Nil unless asked for.
    package var offsets: [Range<Int>]?
    /// How many tokens in front, and behind, only fill up the text.
    package internal(set) var leftPadding = 0
    package internal(set) var rightPadding = 0

    /// False for the tokens that only fill up the text, which a model is not to look at.
    package var attentionMask: [Bool] {
        ids.indices.map { $0 >= leftPadding && $0 < ids.count - rightPadding }
    }

    package init() {}
}
