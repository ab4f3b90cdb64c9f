import Testing

@testable import Stages

@Suite("DelimitedText")
struct DelimitedTextTests {
    private func records(_ text: String, _ format: DelimitedText) throws -> [[String]] {
        try format.records(of: Array(text.utf8)).map(\.fields)
    }

    @Test("CSV fields may be quoted, and hold separators, quotes and line breaks")
    func quoting() throws {
        #expect(
            try records("a,\"b, c\",\"say \"\"hi\"\"\"\r\n\"two\nlines\",,x\n", .csv)
                == [["a", "b, c", "say \"hi\""], ["two\nlines", "", "x"]])
    }

    @Test("TSV has no quoting")
    func tabs() throws {
        #expect(try records("\"a\tb\"\n c \td", .tsv) == [["\"a", "b\""], [" c ", "d"]])
    }

    @Test("empty lines are passed over, a byte order mark is no text, a last line needs no end")
    func edges() throws {
        #expect(try records("\u{FEFF}a,b\n\n\r\nc,d", .csv) == [["a", "b"], ["c", "d"]])
        #expect(try records("", .csv) == [])
        #expect(try records("a,", .csv) == [["a", ""]])
    }

    @Test("each record knows the line on which it begins")
    func lines() throws {
        let records = try DelimitedText.csv.records(of: Array("a\n\"b\nb\"\nc".utf8))
        #expect(records.map(\.line) == [1, 2, 4])
    }

    @Test("what is wrong is told with its line")
    func errors() {
        #expect(throws: DelimitedText.SyntaxError(message: "a quoted field does not end", line: 2)) {
            try DelimitedText.csv.records(of: Array("a\n\"b\nc".utf8))
        }
        #expect(throws: DelimitedText.SyntaxError(message: "text follows a closing quote", line: 1)) {
            try DelimitedText.csv.records(of: Array("\"a\"b".utf8))
        }
        #expect(throws: DelimitedText.SyntaxError(message: "the line is not UTF-8", line: 2)) {
            try DelimitedText.tsv.records(of: Array("a\n".utf8) + [0xFF, 0x0A])
        }
    }

    @Test("any bytes are records or an error, never a crash")
    func arbitraryBytes() {
        var random = SplitMix64(seed: 7)
        let alphabet: [UInt8] = Array("a,\"\n\r\t".utf8) + [0xC3, 0xA9, 0xFF]
        for _ in 0..<3000 {
            let bytes = (0..<random.next(below: 24)).map { _ in alphabet[random.next(below: alphabet.count)] }
            _ = try? DelimitedText.csv.records(of: bytes)
            _ = try? DelimitedText.tsv.records(of: bytes)
        }
    }
}
