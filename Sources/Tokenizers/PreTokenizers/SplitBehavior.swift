/// What becomes of the places where a pattern matches, by their name in tokenizer.json. Of `the-final--countdown`, cut
/// at `-`:
///
/// - `Removed`: `the`, `final`, `countdown`
/// - `Isolated`: `the`, `-`, `final`, `-`, `-`, `countdown`
/// - `MergedWithPrevious`: `the-`, `final-`, `-`, `countdown`
/// - `MergedWithNext`: `the`, `-final`, `-`, `-countdown`
/// - `Contiguous`: `the`, `-`, `final`, `--`, `countdown`
enum SplitBehavior: String, CaseIterable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"

    /// A match, or what lies between two.
    struct Segment {
        var range: Range<Int>
        var isMatch: Bool
    }

    /// Appends the words that segments become, which follow each other without gaps.
    func appendWords(of segments: [Segment], to words: inout [Range<Int>]) {
        switch self {
        case .removed:
            for segment in segments where !segment.isMatch && !segment.range.isEmpty { words.append(segment.range) }
        case .isolated:
            for segment in segments where !segment.range.isEmpty { words.append(segment.range) }
        case .contiguous:
            appendJoined(segments, to: &words) { segment, previous in segment == previous }
        case .mergedWithPrevious:
            appendJoined(segments, to: &words) { segment, previous in segment && !previous }
        case .mergedWithNext:
            let start = words.count
            appendJoined(segments.reversed(), to: &words) { segment, previous in segment && !previous }
            words[start...].reverse()
        }
    }

    /// - Parameter joins: whether a segment goes with the one before it, given whether each is a match.
    private func appendJoined(
        _ segments: some Collection<Segment>, to words: inout [Range<Int>], joins: (Bool, Bool) -> Bool
    ) {
        var word: Range<Int>?
        var previous = false
        for segment in segments {
            if joins(segment.isMatch, previous), let current = word {
                word =
                    min(
                        current.lowerBound, segment.range.lowerBound)..<max(
                        current.upperBound, segment.range.upperBound)
            } else {
                if let word, !word.isEmpty { words.append(word) }
                word = segment.range
            }
            previous = segment.isMatch
        }
        if let word, !word.isEmpty { words.append(word) }
    }
}

extension Workspace {
    /// Cuts each word at the matches of a pattern.
    ///
    /// - Parameter forEachMatch: calls its last argument with the matches in the text's part, as places in it.
    mutating func split(
        _ behavior: SplitBehavior, inverted: Bool = false,
        _ forEachMatch: (Span<UInt8>, inout ScalarCache, (Range<Int>) -> Void) throws(TokenizerError) -> Void
    ) throws(TokenizerError) {
        let parts = words
        let bytes = text.bytes
        words = []
        words.reserveCapacity(bytes.count / 4)
        var segments = segments
        self.segments = []
        for part in parts where !part.isEmpty {
            segments.removeAll(keepingCapacity: true)
            var end = part.lowerBound
            try forEachMatch(bytes.span.extracting(part), &scalars) { match in
                let match = match.lowerBound + part.lowerBound..<match.upperBound + part.lowerBound
                if end < match.lowerBound {
                    segments.append(SplitBehavior.Segment(range: end..<match.lowerBound, isMatch: inverted))
                }
                segments.append(SplitBehavior.Segment(range: match, isMatch: !inverted))
                end = match.upperBound
            }
            if end < part.upperBound {
                segments.append(SplitBehavior.Segment(range: end..<part.upperBound, isMatch: inverted))
            }
            behavior.appendWords(of: segments, to: &words)
        }
        self.segments = segments
    }

    /// Cuts each word at the scalars that a function tells.
    mutating func split(
        _ behavior: SplitBehavior, where isMatch: (UInt32, inout ScalarCache) -> Bool
    ) throws(TokenizerError) {
        try split(behavior) { bytes, scalars, body in
            var index = 0
            while index < bytes.count {
                let (scalar, length) = UTF8Coding.decode(bytes, at: index)
                if isMatch(scalar, &scalars) { body(index..<index + length) }
                index += length
            }
        }
    }
}
