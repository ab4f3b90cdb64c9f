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

    package init() {}
}
