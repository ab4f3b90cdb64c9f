/// What a model said to a prompt.
package struct GeneratedText: Sendable, Hashable {
    /// Without the token that ended it.
    package var tokens: [Int32]
    /// Whether the model ended it itself; else it is cut off at the most tokens.
    package var isComplete: Bool
}
