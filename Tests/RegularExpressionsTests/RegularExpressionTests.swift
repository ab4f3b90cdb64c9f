import RegularExpressions
import Testing

@Suite("Regular expressions")
struct RegularExpressionTests {
    private func matches(_ pattern: String, _ text: String) throws -> [String] {
        let bytes = Array(text.utf8)
        return try RegularExpression(pattern).ranges(in: bytes.span).map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    @Test(
        "A whole match spans the text from end to end",
        arguments: [
            (".*attention.*", "layer.0.attention.self.query", true),
            (#".*\.(query|value)"#, "encoder.layer.1.attention.self.value", true),
            (#".*\.(query|value)"#, "encoder.layer.1.attention.self.values", false),
            ("query|query_key", "query_key", true),
            ("", "", true),
            ("", "a", false),
            ("é+", "éé", true),
        ])
    func matchesWhole(pattern: String, text: String, expected: Bool) throws {
        #expect(try RegularExpression(pattern).matchesWhole(text) == expected)
    }

    @Test("Matches are found in order, classes are Unicode's")
    func ranges() throws {
        #expect(try matches(#"\p{L}+|\p{N}+"#, "naïve 漢字 ４2!x") == ["naïve", "漢字", "４2", "x"])
        #expect(try matches(#"\w+"#, "Ünï_1 ok") == ["Ünï_1", "ok"])
        #expect(try matches(#"\s"#, "a\u{A0}b\u{3000}c").count == 2)
    }

    @Test("GPT-2's pattern cuts as the reference does")
    func gpt2() throws {
        let pattern = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
        #expect(
            try matches(pattern, "I've  seen 3 of  them!!\n ") == [
                "I", "'ve", " ", " seen", " 3", " of", " ", " them", "!!", "\n ",
            ])
    }

    @Test("Empty matches are found once, as by Python's re.finditer")
    func emptyMatches() throws {
        let bytes = Array("aébb".utf8)
        let ranges = try RegularExpression("b*").ranges(in: bytes.span)
        #expect(ranges == [0..<0, 1..<1, 3..<5, 5..<5])
        #expect(try RegularExpression("").ranges(in: [UInt8]().span) == [0..<0])
    }

    @Test("A first match may be sought from a place on, with what precedes it as context")
    func firstMatch() throws {
        let text = "eins zwei éins"
        let word = try RegularExpression(#"\b\w+"#)
        let first = try #require(try word.firstMatch(in: text))
        #expect(text[first] == "eins")
        let second = try #require(try word.firstMatch(in: text, from: text.index(after: first.lowerBound)))
        #expect(text[second] == "zwei")
        #expect(try word.firstMatch(in: text, from: text.endIndex) == nil)
    }

    @Test("A fault in a pattern is told with its place in characters")
    func invalidPattern() throws {
        let error = try #require(throws: RegularExpressionError.self) { try RegularExpression("é(a") }
        #expect(
            error.description
                == "`é(a` is not a regular expression: missing closing parenthesis, after character 3")
        #expect(throws: RegularExpressionError.self) { try RegularExpression(#"\C"#) }
    }

    @Test("A pattern that backtracks without end is given up", .timeLimit(.minutes(1)))
    func tooExpensive() throws {
        let text = String(repeating: "a", count: 40) + "b"
        let pattern = "(a+)+c"
        let expression = try RegularExpression(#"(?:a|a)*(?:a|a)*(?:a|a)*(?:a|a)*\d"#)
        let error = RegularExpressionError.tooExpensive(pattern: expression.pattern)
        #expect(throws: error) { try expression.matchesWhole(text) }
        #expect(throws: error) { try expression.firstMatch(in: text) }
        #expect(try RegularExpression(pattern).firstMatch(in: text) == nil, "PCRE2 sees that no c follows")
    }

    @Test("A long match that exhausts the machine code's stack is still found")
    func deepMatch() throws {
        let text = String(repeating: "ab", count: 20_000)
        #expect(try RegularExpression("(?:(a)|(b))+").firstMatch(in: text) == text.startIndex..<text.endIndex)
    }

    @Test("Bytes that are not UTF-8 are refused with their place")
    func invalidText() throws {
        let bytes: [UInt8] = [0x61, 0x62, 0xFF, 0x61]
        #expect(throws: RegularExpressionError.invalidText(offset: 2)) {
            try RegularExpression("a").ranges(in: bytes.span)
        }
    }

    @Test("One expression serves many tasks at once")
    func concurrentUse() async throws {
        let expression = try RegularExpression(#"\p{L}+"#)
        let counts = await withTaskGroup { group in
            for words in 1...64 {
                group.addTask {
                    let bytes = Array(Array(repeating: "wörd", count: words).joined(separator: " ").utf8)
                    return (words, try? expression.ranges(in: bytes.span).count)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for words in 1...64 { #expect(counts[words] == words) }
    }
}
