import Threading

extension Tokenizer {
    /// Encodes many texts on all cores. The result is that of ``encode(_:pair:addSpecialTokens:maximumLength:withOffsets:)``
    /// for each, in their order, however many cores there are.
    ///
    /// - Parameter pairs: the second texts, as many as there are first ones; nil where there are none.
    package func encodeBatch(
        _ texts: [String], pairs: [String]? = nil, addSpecialTokens: Bool = true, maximumLength: Int? = nil,
        withOffsets: Bool = false
    ) throws(TokenizerError) -> [Encoding] {
        try encode(
            batch: texts, pairs, addSpecialTokens, maximumLength.map { TruncationSetting(maximumLength: $0) },
            withOffsets)
    }

    /// The same, with a choice of what a longer text loses.
    package func encodeBatch(
        _ texts: [String], pairs: [String]? = nil, addSpecialTokens: Bool = true, truncation: TruncationSetting,
        withOffsets: Bool = false
    ) throws(TokenizerError) -> [Encoding] {
        try encode(batch: texts, pairs, addSpecialTokens, truncation, withOffsets)
    }

    private func encode(
        batch texts: [String], _ pairs: [String]?, _ addSpecialTokens: Bool, _ truncation: TruncationSetting?,
        _ withOffsets: Bool
    ) throws(TokenizerError) -> [Encoding] {
        if let pairs, pairs.count != texts.count {
            throw TokenizerError(
                place: "batch", problem: "\(pairs.count) second texts for \(texts.count) first ones; give each one")
        }
        let chunkSize = 256
        let chunks = stride(from: 0, to: texts.count, by: chunkSize).map { $0..<min($0 + chunkSize, texts.count) }
        return try chunks.concurrentMap { (range) throws(TokenizerError) in
            var workspace = workspace(withOffsets: withOffsets)
            var encodings: [Encoding] = []
            encodings.reserveCapacity(range.count)
            for index in range {
                encodings.append(
                    try encode(
                        texts[index], pair: pairs?[index], addSpecialTokens: addSpecialTokens,
                        truncation: truncation, withOffsets: withOffsets, &workspace))
            }
            return encodings
        }.flatMap(\.self)
    }
}
