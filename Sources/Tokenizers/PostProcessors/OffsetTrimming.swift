/// Takes white space off the offsets of byte-level tokens, whose words begin with their space: ` film` is 1..<5.
struct OffsetTrimming: Sendable, Hashable {
    /// Whether a space was put in front of the text, which the original doesn't hold.
    let addsPrefixSpace: Bool

    /// - Parameters:
    ///   - token: the token's text, in the byte alphabet.
    ///   - isFirst: whether it is its text's first token.
    func trim(_ offsets: Range<Int>, token: some Collection<UInt8>, isFirst: Bool) -> Range<Int> {
        let scalars = String(decoding: token, as: UTF8.self).unicodeScalars
        var leading = scalars.prefix(while: Self.isSpace).count
        let trailing = scalars.reversed().prefix(while: Self.isSpace).count
        // One space at the very start is the one that was put in. More are the text's own.
        if isFirst || offsets.lowerBound == 0, addsPrefixSpace, leading == 1 { leading = 0 }
        let start = min(offsets.lowerBound + leading, offsets.upperBound)
        if trailing > offsets.upperBound { return start..<offsets.upperBound }
        return start..<max(offsets.upperBound - trailing, start)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == ByteAlphabet.space || scalar.properties.isWhitespace
    }
}
