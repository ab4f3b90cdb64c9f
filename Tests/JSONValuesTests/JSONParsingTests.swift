import JSONValues
import Testing

@Suite("Reading JSON")
struct JSONParsingTests {
    @Test("whole numbers stay whole, others become the nearest double")
    func numbers() throws {
        let value = try JSONValue(parsing: "[0, -7, 9223372036854775807, 5e-4, 1.0, -0, 18446744073709551616]")
        let elements = try #require(value.arrayValue)
        let spellings = elements.map { String(describing: $0) }
        #expect(
            spellings == [
                "int(0)", "int(-7)", "int(9223372036854775807)", "double(0.0005)", "double(1.0)", "double(-0.0)",
                "double(1.8446744073709552e+19)",
            ])
    }

    @Test("escapes and surrogate pairs become their characters")
    func escapes() throws {
        let value = try JSONValue(parsing: #""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00é""#)
        #expect(value == "a\"\\/\u{8}\u{C}\n\r\té😀é")
    }

    @Test("a document has space and a byte order mark around it")
    func surroundings() throws {
        #expect(try JSONValue(parsing: "\u{FEFF} \t\r\n{ \"a\" : [ ] , \"b\" : { } } \n") == ["a": [], "b": [:]])
    }

    @Test(
        "a fault is told with its line, column and what was expected",
        arguments: [
            ("", "line 1, column 1: expected a value, found the end"),
            ("[1,\n 2,\n  x]", "line 3, column 3: expected a value, found `x`"),
            ("[1 2]", "line 1, column 4: expected `,` or `]`, found `2`"),
            ("[1,]", "line 1, column 4: expected a value, found `]`"),
            (#"{"é": 1 "b": 2}"#, "line 1, column 9: expected `,` or `}`, found `\"`"),
            (#"{"a" 1}"#, "line 1, column 6: expected `:` after the key, found `1`"),
            ("{a: 1}", "line 1, column 2: expected a key in quotes, found `a`"),
            (#"{"a": 1, "a": 2}"#, "line 1, column 10: the key `a` is written twice in one object"),
            ("01", "line 1, column 1: a number does not begin with 0"),
            ("1.", "line 1, column 3: expected a digit, found the end"),
            ("-", "line 1, column 2: expected a digit, found the end"),
            ("1e400", "line 1, column 1: 1e400 is beyond the range of a double"),
            ("NaN", "line 1, column 1: expected a value, found `N`"),
            ("nul", "line 1, column 1: expected a value, found `n`"),
            ("\"abc", "line 1, column 1: this string has no closing quote"),
            (
                "\"a\nb\"",
                "line 1, column 3: a control character in a string is written as an escape, as \\n or \\u000a"
            ),
            (#""\x""#, #"line 1, column 2: unknown escape; JSON has \" \\ \/ \b \f \n \r \t and \uHHHH"#),
            (#""\ud800""#, "line 1, column 2: half of a surrogate pair; a character beyond U+FFFF needs both"),
            (#""\ud800\u0041""#, "line 1, column 2: half of a surrogate pair; a character beyond U+FFFF needs both"),
            (#""\u12""#, "line 1, column 4: expected four hexadecimal digits after \\u"),
            ("1 2", "line 1, column 3: expected the end, found `2`"),
        ])
    func faults(text: String, message: String) {
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: text) }
        #expect(error?.description == message)
    }

    @Test("bytes that are not UTF-8 are refused at the first of them")
    func invalidEncoding() {
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: Array("\"é".utf8) + [0xFF, 0x22]) }
        #expect(error?.offset == 3)
        #expect(error?.message == "not UTF-8")
    }

    @Test("nesting is read to its limit and refused beyond")
    func depth() throws {
        let limit = JSONValue.maximumDepth
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        _ = try JSONValue(parsing: nested(limit))
        let error = #expect(throws: JSONParsingError.self) { try JSONValue(parsing: nested(limit + 1)) }
        #expect(error?.message == "nested deeper than 512 arrays and objects")
        #expect(throws: JSONParsingError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }
}
