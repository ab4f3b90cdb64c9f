/// Finds added tokens in a text: at each place the longest, from left to right, none overlapping another.
struct AddedTokenFinder: Sendable {
    /// A part of a text: an added token's, or what lies between.
    struct Part {
        var range: Range<Int>
        /// Nil for text that the model is to cut up.
        var id: Int32?
    }

    private let tokens: [AddedToken]
    /// Leads from a token's text to its place among `tokens`.
    private let trie: TokenTrie
    /// Whether a token begins with a byte.
    private let isFirstByte: [Bool]

    /// - Parameter texts: what to seek for each token, which is not its content where it is sought normalized.
    init(_ tokens: [AddedToken], texts: [[UInt8]], file: String) throws(TokenizerError) {
        var trie = TokenTrie()
        var isFirstByte = Array(repeating: false, count: 256)
        for (index, (token, text)) in zip(tokens, texts).enumerated() {
            let place = "\(file): added_tokens"
            guard let first = text.first else {
                throw TokenizerError(
                    place: place,
                    problem: "nothing is left of `\(token.content)` after normalization, so it is never "
                        + "found; set its `normalized` to false")
            }
            guard trie.hasRoom(for: text.count) else {
                throw TokenizerError(place: place, problem: "the added tokens are larger than 16 million bytes")
            }
            if let other = trie.insert(text, value: Int32(index)) {
                throw TokenizerError(
                    place: place,
                    problem: "`\(token.content)` and `\(tokens[Int(other)].content)` are the same text after "
                        + "normalization; remove one of them")
            }
            isFirstByte[Int(first)] = true
        }
        self.tokens = tokens
        self.trie = trie
        self.isFirstByte = isFirstByte
    }

    var isEmpty: Bool { tokens.isEmpty }

    /// Calls `body` with the parts of a text in turn.
    func forEachPart(of bytes: Span<UInt8>, _ body: (Part) throws(TokenizerError) -> Void) throws(TokenizerError) {
        var start = 0
        var index = 0
        while let found = nextMatch(in: bytes, from: index) {
            let token = tokens[found.token]
            index = found.range.upperBound
            if token.isSingleWord, touchesWord(found.range, in: bytes) { continue }
            var range = found.range
            if token.stripsLeft { range = max(start, Self.whitespaceStart(range.lowerBound, bytes))..<range.upperBound }
            if token.stripsRight { range = range.lowerBound..<Self.whitespaceEnd(range.upperBound, bytes) }
            if start < range.lowerBound { try body(Part(range: start..<range.lowerBound, id: nil)) }
            try body(Part(range: range, id: token.id))
            start = range.upperBound
            index = range.upperBound
        }
        if start < bytes.count { try body(Part(range: start..<bytes.count, id: nil)) }
    }

    private func nextMatch(in bytes: Span<UInt8>, from start: Int) -> (token: Int, range: Range<Int>)? {
        guard !tokens.isEmpty else { return nil }
        var index = start
        while index < bytes.count {
            if isFirstByte[Int(bytes[index])], let match = trie.longestMatch(in: bytes, index..<bytes.count) {
                return (Int(match.value), index..<match.end)
            }
            index += 1
        }
        return nil
    }

    // MARK: What surrounds a match

    private func touchesWord(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        if range.lowerBound > 0 {
            let before = UTF8Coding.start(before: range.lowerBound, in: bytes)
            if Self.isWordCharacter(UTF8Coding.decode(bytes, at: before).scalar) { return true }
        }
        return range.upperBound < bytes.count
            && Self.isWordCharacter(UTF8Coding.decode(bytes, at: range.upperBound).scalar)
    }

    private static func whitespaceStart(_ end: Int, _ bytes: Span<UInt8>) -> Int {
        var start = end
        while start > 0 {
            let before = UTF8Coding.start(before: start, in: bytes)
            guard isWhitespace(UTF8Coding.decode(bytes, at: before).scalar) else { break }
            start = before
        }
        return start
    }

    private static func whitespaceEnd(_ start: Int, _ bytes: Span<UInt8>) -> Int {
        var end = start
        while end < bytes.count {
            let (scalar, length) = UTF8Coding.decode(bytes, at: end)
            guard isWhitespace(scalar) else { break }
            end += length
        }
        return end
    }

    private static func isWhitespace(_ scalar: UInt32) -> Bool {
        Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
    }

    private static func isWordCharacter(_ scalar: UInt32) -> Bool {
        Unicode.Scalar(scalar).map(ReferenceUnicode.isWord) ?? false
    }
}
