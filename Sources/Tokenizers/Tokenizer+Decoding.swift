extension Tokenizer {
    /// Turns token ids back into text. What normalization took away does not return; an added token that is sought
    /// normalized is written so, as the reference does.
    ///
    /// - Parameters:
    ///   - ids: those that no token has are left out.
    ///   - skipSpecialTokens: whether special tokens, as `[CLS]`, are left out.
    package func decode(_ ids: [Int32], skipSpecialTokens: Bool = true) throws(TokenizerError) -> String {
        var tokens: [[UInt8]] = []
        for id in ids {
            guard let token = normalizedTexts[id] ?? pipeline.tokens.token(of: id) else { continue }
            // By its text, as the reference does: another id may have the same.
            if !(skipSpecialTokens && pipeline.tokens.isSpecial(token)) { tokens.append(token) }
        }
        guard let decoder = pipeline.decoder else {
            return String(decoding: Array(tokens.joined(separator: [ASCII.space])), as: UTF8.self)
        }
        return String(decoding: Array(try decoder.decode(tokens).joined()), as: UTF8.self)
    }
}
