import Diagnostics
import Testing
import YAMLDocument

@Suite("What a scalar means")
struct CoreSchemaTests {
    private func value(_ text: String) throws -> YAMLScalar.Value {
        let root = try YAMLDocument.load(SourceText(path: "test.yaml", contents: "v: \(text)"))
        return try #require(root.mapping?["v"]?.scalar).value
    }

    private func messages(_ text: String) -> [String] {
        YAMLDocument.parse(SourceText(path: "test.yaml", contents: "v: \(text)")).diagnostics.map(\.message)
    }

    @Test(
        "null, true and false have three spellings each", arguments: ["null", "Null", "NULL", "~", "", "!!null null"])
    func null(text: String) throws {
        #expect(try value(text) == .null)
    }

    @Test("booleans are true and false only")
    func booleans() throws {
        for text in ["true", "True", "TRUE"] { #expect(try value(text) == .bool(true)) }
        for text in ["false", "False", "FALSE"] { #expect(try value(text) == .bool(false)) }
        for text in ["yes", "no", "on", "off", "Yes", "y", "n", "tRUE", "nULL"] {
            #expect(try value(text) == .text(text))
        }
    }

    @Test(
        "integers are decimal, hexadecimal or octal",
        arguments: [
            ("0", 0), ("-0", 0), ("8", 8), ("+8", 8), ("-12", -12), ("0x1F", 31), ("0xff", 255), ("0o17", 15),
            ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min), ("!!int 3", 3), ("!!int \"3\"", 3),
        ])
    func integers(text: String, expected: Int) throws {
        #expect(try value(text) == .integer(expected))
    }

    @Test(
        "numbers have a point or an exponent",
        arguments: [
            ("5.0e-4", 5.0e-4), ("5e-4", 5e-4), ("5E+4", 5e4), ("1.", 1), (".5", 0.5), ("-.5", -0.5), ("+1.5", 1.5),
            ("1e3", 1000), ("0.0", 0), ("0e5", 0), ("00.5", 0.5), (".inf", .infinity), ("-.INF", -.infinity),
            ("+.Inf", .infinity), ("!!float 1", 1),
        ])
    func numbers(text: String, expected: Double) throws {
        #expect(try value(text) == .number(expected))
    }

    @Test("not a number has three spellings", arguments: [".nan", ".NaN", ".NAN"])
    func notANumber(text: String) throws {
        guard case .number(let number) = try value(text) else {
            Issue.record("\(text) is no number")
            return
        }
        #expect(number.isNaN)
    }

    @Test(
        "what only looks like a number is a text",
        arguments: [
            "0777", "007", "1_000", "1:30", "0x", "0xG", "0o8", "-0x1", "0b1", "1e", "e5", ".", "+", "+-3", "-x",
            "1.5.2",
            "2024-01-01", "inf", "nan", "-.nan", "٣", "1.0f", "5e-4x", "1e5.5", ".e5",
        ])
    func texts(text: String) throws {
        #expect(try value(text) == .text(text))
    }

    @Test("a quoted scalar is a text", arguments: ["\"8\"", "'8'", "!!str 8", "! 8"])
    func quoted(text: String) throws {
        #expect(try value(text) == .text("8"))
    }

    @Test("a block scalar is a text")
    func block() throws {
        #expect(try value("|\n  8\n") == .text("8\n"))
        #expect(try value(">-\n  true\n") == .text("true"))
    }

    @Test("a number that can't be held is an error, not another number")
    func outOfRange() {
        #expect(
            messages("9223372036854775808") == [
                "the whole number 9223372036854775808 is too large, the largest is 9223372036854775807"
            ])
        #expect(messages("0xFFFFFFFFFFFFFFFFF").count == 1)
        #expect(messages("1e999").first?.hasPrefix("the number 1e999 is too large") == true)
        #expect(messages("1e-999") == ["the number 1e-999 is too small to be told from 0"])
        #expect(messages("\"9223372036854775808\"") == [])
    }

    @Test("a tag that its text does not fit is an error")
    func tagMismatch() {
        #expect(messages("!!int x") == ["`x` is no `!!int`"])
        #expect(messages("!!bool 1") == ["`1` is no `!!bool`"])
        #expect(messages("!!python/object:os.system x") == ["unsupported tag `!!python/object:os.system`"])
        #expect(messages("!mine x") == ["unsupported tag `!mine`"])
        #expect(messages("!!seq x") == ["unsupported tag `!!seq`"])
        #expect(messages("!!python/tuple [1]") == ["unsupported tag `!!python/tuple`"])
        #expect(messages("!!set {a, b}") == ["unsupported tag `!!set`"])
        #expect(messages("!!seq [1]") == [])
        #expect(messages("!!map {a: 1}") == [])
    }
}
