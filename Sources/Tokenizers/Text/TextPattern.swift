import RegularExpressions

/// What a component seeks in a text: a string as it is, or a regular expression in Oniguruma's syntax.
struct TextPattern: Sendable {
    private enum Kind {
        case string([UInt8])
        case expression(RegularExpression)
    }

    private let kind: Kind
    /// What describes it, for errors.
    private let place: String

    private enum Key: String, CaseIterable {
        case string = "String"
        case expression = "Regex"
    }

    /// Reads `{"String": " "}` or `{"Regex": " ?\\p{L}+"}`.
    init(_ node: JSONNode) throws(TokenizerError) {
        let keys = try node.members().keys.sorted()
        guard keys.count == 1, let key = Key(rawValue: keys[0]) else {
            throw node.error("expected an object with one key, `String` or `Regex`")
        }
        let member = try node.member(key.rawValue)
        let text = try member.string()
        place = "\(member.file): \(member.path)"
        guard !text.isEmpty else { throw member.error("a pattern has at least one character") }
        switch key {
        case .string:
            kind = .string(Array(text.utf8))
        case .expression:
            let translated: String
            do {
                translated = try OnigurumaPattern.translate(text)
            } catch {
                throw member.error(error.description)
            }
            do {
                kind = .expression(try RegularExpression(translated))
            } catch {
                throw member.error("`\(text)` is not a regular expression: \(error)")
            }
        }
    }

    /// Calls `body` with the matches from left to right, none overlapping another.
    func forEachMatch(in bytes: Span<UInt8>, _ body: (Range<Int>) -> Void) throws(TokenizerError) {
        switch kind {
        case .string(let string):
            var index = 0
            while index + string.count <= bytes.count {
                if Self.holds(bytes, string, at: index) {
                    body(index..<index + string.count)
                    index += string.count
                } else {
                    index += 1
                }
            }
        case .expression(let expression):
            // The reference seeks nothing in an empty text, whatever might match there.
            if bytes.isEmpty { return }
            do {
                try expression.forEachMatchAsOniguruma(in: bytes, body)
            } catch {
                throw TokenizerError(place: place, problem: error.description)
            }
        }
    }

    @inline(__always)
    private static func holds(_ bytes: Span<UInt8>, _ string: [UInt8], at index: Int) -> Bool {
        for (offset, byte) in string.enumerated() where bytes[index + offset] != byte { return false }
        return true
    }
}
