/// How a text is gone on with. The parameters are those of transformers' `GenerationConfig`.
package struct GenerationConfiguration: Sendable, Hashable {
    /// The most tokens that are said, the one that ends a text included.
    package var maxNewTokens = 64
    /// How many continuations are kept beside one another; 1 takes the best token each time.
    package var numBeams = 1
    /// Scores of beams are divided by their length to this power: above 0 favours long ones.
    package var lengthPenalty = 1.0
    package var earlyStopping = EarlyStopping.no
    /// What scores of tokens that the text has already are divided by, or multiplied with where they are below 0; 1 changes
    /// nothing (Keskar et al. 2019, arXiv:1909.05858).
    package var repetitionPenalty = 1.0
    /// Draws tokens; nil takes the best.
    package var sampling: Sampling?
    /// The tokens that end a text.
    package var endIDs: Set<Int32> = []

    package init() {}

    /// When beam search ends for a text of which as many continuations as there are beams have ended.
    package enum EarlyStopping: String, CaseIterable, Sendable {
        /// At once.
        case yes = "true"
        /// When those that go on can hardly become better.
        case no = "false"
        /// When those that go on can't become better.
        case never
    }
}

/// How tokens are drawn.
package struct Sampling: Sendable, Hashable {
    /// What scores are divided by: below 1 favours likely tokens.
    package var temperature = 1.0
    /// Only so many of the most likely tokens are drawn; 0 is no limit.
    package var topK = 50
    /// Only the most likely tokens that have this share of the probability together are drawn (Holtzman et al. 2020,
    /// arXiv:1904.09751).
    package var topP = 1.0
    /// A text's draws follow from the seed and the text's number alone.
    package var seed: UInt64 = 42

    package init() {}
}
