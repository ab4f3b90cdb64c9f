import Diagnostics
import TestSupport
import Testing

@Suite("How a finding is shown")
struct DiagnosticRendererTests {
    private func render(_ finding: Diagnostic, color: Bool = false, width: Int = 120) -> String {
        DiagnosticRenderer(color: color, width: width).render(finding)
    }

    /// An error at the only marked place of a text.
    private func error(
        in markedText: String, length: Int = 1, help: String? = nil, message: String = "not this"
    ) throws -> Diagnostic {
        let marked = MarkedText(markedText)
        let place = try #require(marked.place("1️⃣"))
        let source = SourceText(path: "a.yaml", contents: marked.text)
        return .error(
            message, at: source.location(line: place.line, column: place.column, length: length), help: help)
    }

    @Test("an error with a place shows its line, a caret and the remedy")
    func errorWithPlace() {
        let text = String(repeating: "\n", count: 23) + "           learning_rte: 5.0e-4\n"
        let source = SourceText(path: "pipelines/sentiment.yaml", contents: text)
        let finding = Diagnostic.error(
            "unknown key `learning_rte` in stage `adapter`",
            at: source.location(line: 24, column: 12, length: 12),
            help: Diagnostic.help(forUnknown: "learning_rte", among: ["epochs", "learning_rate"], as: "key"))
        #expect(
            render(finding) == """
                error: unknown key `learning_rte` in stage `adapter`
                  --> pipelines/sentiment.yaml:24:12
                   |
                24 |            learning_rte: 5.0e-4
                   |            ^^^^^^^^^^^^ help: a key with a similar name exists: `learning_rate`
                """)
    }

    @Test("an error without a place has its remedy on a line of its own")
    func withoutPlace() {
        #expect(
            render(.error("no file `a.yaml`", help: "give the path of a pipeline")) == """
                error: no file `a.yaml`
                help: give the path of a pipeline
                """)
        #expect(render(.warning("nothing to do")) == "warning: nothing to do")
    }

    @Test("a place whose text is not at hand is named")
    func placeWithoutText() {
        let row = SourceLocation(path: "data/reviews.jsonl", line: 1317)
        #expect(
            render(.error("the row has no `text`", at: row, help: "name the column by `columns`")) == """
                error: the row has no `text`
                 --> data/reviews.jsonl:1317:1
                  = help: name the column by `columns`
                """)
    }

    @Test("the parts of a finding line up at the largest line number")
    func notes() {
        let source = SourceText(path: "a.yaml", contents: "one: 1\n" + String(repeating: "#\n", count: 98) + "one: 2\n")
        let finding = Diagnostic.error(
            "the key `one` stands twice", at: source.location(line: 100, column: 1, length: 3),
            notes: [
                Diagnostic.Note("the first is here", at: source.location(line: 1, column: 1, length: 3)),
                Diagnostic.Note("names are case-sensitive"),
            ])
        #expect(
            render(finding) == """
                error: the key `one` stands twice
                   --> a.yaml:100:1
                    |
                100 | one: 2
                    | ^^^
                note: the first is here
                   --> a.yaml:1:1
                    |
                  1 | one: 1
                    | ^^^
                note: names are case-sensitive
                """)
    }

    @Test("further lines of a message and of a remedy stand under the first")
    func linesOfMessage() throws {
        #expect(
            render(try error(in: "1️⃣a", help: "first\nsecond", message: "one\ntwo")) == """
                error: one
                       two
                 --> a.yaml:1:1
                  |
                1 | a
                  | ^
                  = help: first
                          second
                """)
    }

    @Test("a remedy that does not fit beside the caret stands below it")
    func longHelp() throws {
        let finding = try error(in: "key: 1️⃣value", length: 5, help: "write something else here")
        #expect(render(finding, width: 46).hasSuffix("  |      ^^^^^ help: write something else here"))
        #expect(
            render(finding, width: 45) == """
                error: not this
                 --> a.yaml:1:6
                  |
                1 | key: value
                  |      ^^^^^
                  = help: write something else here
                """)
    }

    @Test("carets stand under tabs, wide, combined and joined characters")
    func displayColumns() throws {
        let lines = [
            "\ta: 1️⃣x", "größe: 1️⃣x", "gro\u{308}ße: 1️⃣x", "日本語: 1️⃣値", "한국어: 1️⃣x", "👩‍👩‍👧: 1️⃣x", "🇩🇪👍🏽❤️: 1️⃣x",
            "ｆｕｌｌ: 1️⃣x", "a\tb\t1️⃣\tc", "नमस्ते: 1️⃣x",
        ]
        let shown = try lines.map { render(try error(in: $0)) }
        GoldenFile("display-columns.txt").expect(shown.joined(separator: "\n\n"))
    }

    @Test("a mark inside of a joined character marks the whole of it")
    func insideCharacter() {
        let source = SourceText(path: "a.yaml", contents: "x👩‍👩‍👧y")
        #expect(render(.error("m", at: source.location(line: 1, column: 3))).hasSuffix("  |  ^^"))
    }

    @Test("no character of a file reaches the terminal as a control code")
    func controlCharacters() throws {
        let finding = Diagnostic.error(
            "unknown key `a\u{1B}]0;title\u{7}b`\u{9B}31m",
            at: SourceText(path: "a\u{1B}[2J.yaml", contents: "a\u{1B}]0;title\u{7}b\u{202E}\u{7F}\u{200B}: 1")
                .location(
                    line: 1, column: 1, length: 3),
            help: "not \u{8}this\r")
        let shown = render(finding)
        #expect(!shown.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || 0x7F..<0xA0 ~= $0.value })
        GoldenFile("control-characters.txt").expect(shown)
    }

    @Test("a long line is cut around the mark", arguments: [1, 30, 500, 990, 1000])
    func longLine(column: Int) {
        let line = String(repeating: "0123456789", count: 100)
        let source = SourceText(path: "a.yaml", contents: line)
        let shown = render(.error("m", at: source.location(line: 1, column: column, length: 3)), width: 60)
        let lines = shown.split(separator: "\n")
        #expect(lines.allSatisfy { $0.displayWidth <= 60 })
        let excerpt = Array(lines[3])
        let carets = Array(lines[4])
        let first = carets.firstIndex(of: "^")
        #expect(first.map { excerpt[$0] } == Character(String((column - 1) % 10)))
        #expect(excerpt.contains("…"))
    }

    @Test("a long line of wide characters is cut between them")
    func longWideLine() {
        let source = SourceText(path: "a.yaml", contents: String(repeating: "日本", count: 100) + "x")
        for column in [1, 20, 51, 100, 200, 201] {
            let finding = Diagnostic.error("m", at: source.location(line: 1, column: column))
            let lines = render(finding, width: 50).split(separator: "\n")
            #expect(lines.allSatisfy { $0.displayWidth <= 50 })
            let before = lines[4].prefix { $0 != "^" }.displayWidth
            var width = 0
            let marked = lines[3].first { character in
                width += character.displayWidth
                return width > before
            }
            #expect(marked == (column == 201 ? "x" : column.isMultiple(of: 2) ? "本" : "日"))
        }
    }

    @Test("a mark longer than the line is cut, one beyond its end stands after it")
    func marksBeyondLine() throws {
        #expect(render(try error(in: "key: 1️⃣value", length: 500)).hasSuffix("  |      ^^^^^"))
        #expect(render(try error(in: "key:1️⃣\nnext")).hasSuffix("  |     ^"))
        let source = SourceText(path: "a.yaml", contents: "a")
        #expect(render(.error("m", at: source.location(line: 9, column: 9))) == "error: m\n --> a.yaml:9:9")
        #expect(render(.error("m", at: source.location(line: 1, column: 9))).hasSuffix("1 | a\n  |  ^"))
    }

    @Test("colours mark the severity, the gutter and the remedy")
    func colors() throws {
        let shown = render(try error(in: "a: 1️⃣x", help: "write `y`"), color: true)
        let visible = shown.replacing("\u{1B}", with: "ESC")
        GoldenFile("colors.txt").expect(visible)
    }

    @Test("an error that is thrown reads as its findings")
    func thrown() {
        let error = DiagnosticsError([.error("first"), .error("second", help: "do this")])
        #expect("\(error)" == "error: first\n\nerror: second\nhelp: do this")
    }
}

extension Character {
    fileprivate var displayWidth: Int { String(self).displayWidth }
}
