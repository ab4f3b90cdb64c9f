import Testing

@testable import Execution

@Suite("LineSplitter")
struct LineSplitterTests {
    private func lines(_ pieces: [String], maximumLength: Int = 8) -> [String] {
        var splitter = LineSplitter(maximumLength: maximumLength)
        return pieces.flatMap { splitter.lines(adding: $0.utf8) }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("lines are put together from pieces, empty ones too; one without an end is none")
    func pieces() {
        #expect(lines(["a", "b\nc", "\n\nd\ne"]) == ["ab", "c", "", "d"])
    }

    @Test("only a line feed ends a line")
    func separators() {
        #expect(lines(["a\u{2028}b\r\u{85}\n"]) == ["a\u{2028}b\r\u{85}"])
    }

    @Test("a line that is too long is dropped, in whatever pieces it comes, and the next is not")
    func long() {
        #expect(lines(["12345678\n"]) == ["12345678"])
        #expect(lines(["123456789\nab\n"]) == ["ab"])
        #expect(lines(["12345", "67890", "12345", "\nab", "\n"]) == ["ab"])
    }
}
