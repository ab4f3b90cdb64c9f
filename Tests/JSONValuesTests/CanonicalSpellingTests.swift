import Foundation
import JSONValues
import Testing

@Suite("Writing JSON")
struct CanonicalSpellingTests {
    /// The numbers of RFC 8785, appendix B, that fit its rules and ours.
    @Test(
        "doubles are spelled as RFC 8785 says",
        arguments: [
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x44B5_2D02_C7E1_4AF6, "1e+23"),
            (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
            (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
            (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x41B3_DE43_5555_5553, "333333333.3333332"),
            (0x41B3_DE43_5555_5554, "333333333.33333325"),
            (0x41B3_DE43_5555_5555, "333333333.3333333"),
            (0x41B3_DE43_5555_5556, "333333333.3333334"),
            (0x41B3_DE43_5555_5557, "333333333.33333343"),
            (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
            (0x4314_3FF3_C1CB_0959, "1424953923781206.2"),
        ] as [(UInt64, String)])
    func doubles(bits: UInt64, spelling: String) throws {
        #expect(try JSONValue.double(Double(bitPattern: bits)).canonical == spelling)
    }

    @Test("one number has one spelling, whether held as integer or double")
    func wholeNumbers() throws {
        #expect(try JSONValue.double(1).canonical == "1")
        #expect(try JSONValue.double(-0.0).canonical == "0")
        #expect(try JSONValue.double(0x1p60).canonical == "1152921504606846976")
        #expect(try JSONValue.int(.min).canonical == "-9223372036854775808")
        #expect(JSONValue.double(1) == 1 && JSONValue.double(1).hashValue == JSONValue.int(1).hashValue)
        #expect(JSONValue.double(0.5) != 0)
        #expect(JSONValue.double(0x1p63) != .int(.max))
    }

    @Test("keys are sorted by scalars, also where UTF-16 would order them differently")
    func keyOrder() throws {
        let value: JSONValue = ["\u{FB33}": 1, "😀": 2, "é": 3, "b": 4, "a": 5, "B": 6, "": 7, "10": 8, "9": 9]
        #expect(try value.canonical == #"{"":7,"10":8,"9":9,"B":6,"a":5,"b":4,"é":3,"דּ":1,"😀":2}"#)
    }

    @Test("only what must be escaped is")
    func escapes() throws {
        let value: JSONValue = "\u{0}\u{8}\t\n\u{B}\u{C}\r\u{1F}\"\\/é\u{7F}\u{2028}😀"
        #expect(try value.canonical == "\"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\\"\\\\/é\u{7F}\u{2028}😀\"")
    }

    @Test("a value written and read again is itself, in both spellings")
    func roundTrip() throws {
        let value: JSONValue = [
            "null": nil, "flags": [true, false], "numbers": [1, -2.5, 1e-9, 1e300, .int(.max), 0.1],
            "text": "line\nbreak \"quoted\" \\ é 😀", "empty": [[], [:], ""],
        ]
        #expect(try JSONValue(parsing: value.canonical) == value)
        #expect(try JSONValue(parsing: value.pretty) == value)
    }

    @Test("random doubles read back as themselves")
    func randomDoubles() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            let spelling = try JSONValue.double(number).canonical
            #expect(try JSONValue(parsing: spelling).doubleValue == number, "\(spelling)")
        }
    }

    /// The text is what `json.dumps(value, indent=2, sort_keys=True)` of Python 3 prints.
    @Test("the pretty spelling is that of Python's json module")
    func pretty() throws {
        let value: JSONValue = [
            "r": 8, "lora_dropout": 0.0, "lr": 5e-5, "big": 1e16, "modules": ["query", "value"], "none": nil,
            "empty": [], "pattern": [:],
        ]
        #expect(
            try value.pretty == """
                {
                  "big": 1e+16,
                  "empty": [],
                  "lora_dropout": 0.0,
                  "lr": 5e-05,
                  "modules": [
                    "query",
                    "value"
                  ],
                  "none": null,
                  "pattern": {},
                  "r": 8
                }
                """)
    }

    @Test("a number that is not finite is refused with its place")
    func notFinite() {
        let value: JSONValue = ["metrics": ["loss": [0.5, .double(.nan)]]]
        let error = #expect(throws: JSONWritingError.self) { try value.canonical }
        #expect(
            error?.description
                == "`metrics.loss[1]` is nan, which JSON cannot hold; only finite numbers can be written")
        #expect(throws: JSONWritingError.self) { try JSONValue.double(.infinity).pretty }
    }
}
