extension Tokenizer {
    /// Turns token ids back into text. What normalization took away does not return; an added token that is sought
    /// normalized is written so, as the reference does.
    ///
    /// - Parameters:
    ///   - ids: those that no token has are left out.
    ///   - skipSpecialTokens: whether special tokens, as `[CLS]`, are left out.
    package func decode(_ ids: [Int32], skipSpecialTokens: Bool = true) -> String {
        var tokens: [[UInt8]] = []
        for id in ids where !(skipSpecialTokens && pipeline.tokens.isSpecial(id)) {
            if let token = normalizedTexts[id] ?? pipeline.tokens.token(of: id) { tokens.append(token) }
        }
        let bytes = pipeline.decoder?.decode(tokens) ?? Array(tokens.joined(separator: [ASCII.space]))
        return String(decoding: bytes, as: UTF8.self)
    }
}
