import CPCRE2

/// A regular expression with Perl's syntax and Unicode's classes (PCRE2 with UTF and UCP), as `\p{L}+| ?\p{N}+`.
///
/// Texts are searched as UTF-8, and matches are ranges of its bytes. A value may be used from many tasks at once.
///
/// ```swift
/// let word = try RegularExpression(#"\p{L}+"#)
/// try word.matchesWhole("naïve")                  // true
/// try word.ranges(in: Array("a bc".utf8).span)    // [0..<1, 2..<4]
/// ```
///
/// A search is given up, with ``RegularExpressionError/tooExpensive(pattern:)``, after two million steps of
/// backtracking from one starting point, so that no pattern can hang a program.
package struct RegularExpression: Sendable {
    /// The pattern as written.
    package let pattern: String

    private let compiled: CompiledPattern

    /// - Throws: ``RegularExpressionError/invalidPattern(pattern:message:offset:)`` with the place of the fault.
    package init(_ pattern: String) throws(RegularExpressionError) {
        self.pattern = pattern
        compiled = try CompiledPattern(pattern)
    }

    /// Whether the expression matches the text from its beginning to its end, as Python's `re.fullmatch` asks.
    package func matchesWhole(_ text: String) throws(RegularExpressionError) -> Bool {
        let bytes = Array(text.utf8)
        var search = try Search(compiled, pattern: pattern)
        return try search.match(in: bytes.span, from: 0, options: PCRE2_ANCHORED | PCRE2_ENDANCHORED) != nil
    }

    /// The first match that begins at `start` or behind it; what stands before `start` still counts as context.
    package func firstMatch(
        in text: String, from start: String.Index? = nil
    ) throws(RegularExpressionError) -> Range<String.Index>? {
        let bytes = Array(text.utf8)
        let offset = start.map { text.utf8.distance(from: text.startIndex, to: $0) } ?? 0
        var search = try Search(compiled, pattern: pattern)
        guard let match = try search.match(in: bytes.span, from: offset) else { return nil }
        let lower = text.utf8.index(text.startIndex, offsetBy: match.lowerBound)
        return lower..<text.utf8.index(lower, offsetBy: match.count)
    }

    /// All matches from left to right, none overlapping another, as byte ranges.
    package func ranges(in bytes: Span<UInt8>) throws(RegularExpressionError) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        try forEachMatch(in: bytes) { ranges.append($0) }
        return ranges
    }

    /// The version of Unicode's tables that PCRE2 was built with, as `[14, 0, 0]`.
    package static let unicodeVersion: [Int] = {
        var buffer = [UInt8](repeating: 0, count: 64)
        let length = pcre2_config_8(UInt32(PCRE2_CONFIG_UNICODE_VERSION), nil)
        guard length > 0, length <= buffer.count else { return [] }
        _ = pcre2_config_8(UInt32(PCRE2_CONFIG_UNICODE_VERSION), &buffer)
        return String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self).split(separator: ".").compactMap { Int($0) }
    }()

    /// Calls `body` with each match from left to right, as Oniguruma's bindings go on: an empty match directly behind
    /// another is none, and the search goes on one character later.
    package func forEachMatchAsOniguruma(
        in bytes: Span<UInt8>, _ body: (Range<Int>) -> Void
    ) throws(RegularExpressionError) {
        var search = try Search(compiled, pattern: pattern)
        var position = 0
        var end: Int?
        while position <= bytes.count,
            let match = try search.match(in: bytes, from: position, options: end == nil ? 0 : PCRE2_NO_UTF_CHECK)
        {
            if match.isEmpty, match.upperBound == end {
                position += 1
                while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            } else {
                body(match)
                position = match.upperBound
                end = position
            }
        }
    }

    /// Calls `body` with each match from left to right, as ``ranges(in:)`` lists them, without storing them.
    ///
    /// After an empty match the search goes on at the same place for one that is not empty, as Python's does.
    package func forEachMatch(
        in bytes: Span<UInt8>, _ body: (Range<Int>) -> Void
    ) throws(RegularExpressionError) {
        var search = try Search(compiled, pattern: pattern)
        var position = 0
        var options: UInt32 = 0
        while position <= bytes.count,
            let match = try search.match(in: bytes, from: position, options: options)
        {
            body(match)
            // The first call has checked that the bytes are UTF-8; checking again on each makes the search quadratic.
            options = PCRE2_NO_UTF_CHECK
            if match.isEmpty { options |= PCRE2_NOTEMPTY_ATSTART }
            position = match.upperBound
        }
    }
}

/// The working memory of one search, which belongs to one thread.
private struct Search: ~Copyable {
    private let compiled: CompiledPattern
    private let pattern: String
    private let matchData: OpaquePointer

    init(_ compiled: CompiledPattern, pattern: String) throws(RegularExpressionError) {
        // One pair of offsets: the match itself. Groups are not asked for.
        guard let matchData = pcre2_match_data_create_8(1, nil) else {
            throw .failed(pattern: pattern, message: "no memory")
        }
        self.compiled = compiled
        self.pattern = pattern
        self.matchData = matchData
    }

    deinit {
        pcre2_match_data_free_8(matchData)
    }

    mutating func match(
        in bytes: Span<UInt8>, from start: Int, options: UInt32 = 0
    ) throws(RegularExpressionError) -> Range<Int>? {
        var result = run(bytes, start, options)
        if result == PCRE2_ERROR_JIT_STACKLIMIT {
            // The interpreter keeps its stack on the heap, up to the memory limit.
            result = run(bytes, start, options | UInt32(PCRE2_NO_JIT))
        }
        switch result {
        case 0...:
            guard let offsets = pcre2_get_ovector_pointer_8(matchData), offsets[0] <= offsets[1] else {
                throw .failed(pattern: pattern, message: "the match ends before its start")
            }
            return Int(offsets[0])..<Int(offsets[1])
        case PCRE2_ERROR_NOMATCH:
            return nil
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT:
            throw .tooExpensive(pattern: pattern)
        case PCRE2_ERROR_UTF8_ERR21...PCRE2_ERROR_UTF8_ERR1:
            throw .invalidText(offset: Int(pcre2_get_startchar_8(matchData)))
        default:
            throw .failed(pattern: pattern, message: CompiledPattern.message(for: result))
        }
    }

    private func run(_ bytes: Span<UInt8>, _ start: Int, _ options: UInt32) -> Int32 {
        bytes.withUnsafeBufferPointer { buffer in
            pcre2_match_8(compiled.code, buffer.baseAddress, buffer.count, start, options, matchData, compiled.limits)
        }
    }
}
