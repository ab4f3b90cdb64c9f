import Foundation
import JSONValues
import Testing

@testable import Tokenizers

@Suite("Patterns in Oniguruma's syntax")
struct OnigurumaPatternTests {
    @Test(
        "What PCRE2 reads in another way is written in its",
        arguments: [
            ("a{1,3}+b", "(?:a{1,3})+b"), ("(?:ab){2}+", "(?:(?:ab){2})+"), ("a{,3}", "a{0,3}"),
            (#"\h"#, "[0-9A-Fa-f]"),
            ("[a-f&&[^b]]", "(?:(?=(?:[a-f]))(?:[^b]))"), (".", #"[^\n]"#),
            (#"\/ \x{41}\u00e9"#, #"\x{2f}\x{20}A\x{e9}"#),
            ("(?i:'s)", #"(?i:\x{27}s)"#), ("x??y*+", "x??y*+"), (#"\A(?<!a)^$"#, #"\A(?<!a)^$"#),
        ])
    func translation(_ pattern: String, _ expected: String) throws {
        #expect(try OnigurumaPattern.translate(pattern) == "(*LF)(?m)" + expected)
    }

    @Test(
        "What is not known, or means another thing, is told with its place",
        arguments: [
            (#"a\Gb"#, #"the escape `\G` is not known here, at character 1"#),
            ("(?<name>a)", "this kind of group is not known here, at character 1"),
            ("a(?i)b", "this kind of group is not known here, at character 2"),
            (#"\p{Greek}"#, "the property `Greek` is not known here; the known ones are general categories and `Han`"),
            (#"(\d)\1"#, #"the escape `\1` is not known here, at character 4"#),
            ("[[:alpha:]]", #"`[:…:]` is not known here; use `\p{…}`"#),
            ("(?i:ss)", "`ss` is not supported where case"),
            ("(?i:é)", "other than ASCII is not supported"), ("a**", "a quantifier follows a quantifier"),
            ("*", "a quantifier follows nothing"), ("(a", "a group is not closed"), ("a)", "`)` closes nothing"),
            ("[a", "a bracket is not closed"), ("[z-a]", "a range runs backwards"), ("{", "write a brace that is"),
            ("a{2}?", "`{n}?` is not known here"), ("a{1001}", "`{1001}` is not known here"),
            (#"\"#, "nothing follows"),
            (String(repeating: "(", count: 101), "groups stand in each other"), (#"\p{L"#, #"`\p{` is not closed"#),
            (String(repeating: "[", count: 20), "brackets stand in each other"),
        ])
    func failures(_ pattern: String, _ problem: String) throws {
        let failure = try #require(throws: OnigurumaPattern.Failure.self) { try OnigurumaPattern.translate(pattern) }
        #expect(failure.description.hasPrefix("`\(pattern)`: "))
        #expect(failure.description.contains(problem), "\(failure)")
    }

    @Test("A file's pattern is named by its JSON path, and so is one that takes too long")
    func places() throws {
        var description = try JSONValue(parsing: Golden.data("tiny-words-tokenizer.json"))
        func set(_ pattern: JSONValue) throws -> [UInt8] {
            description["pre_tokenizer"] = [
                "type": "Split", "pattern": pattern, "behavior": "Isolated", "invert": false,
            ]
            return Array(try description.pretty.utf8)
        }
        func message(_ pattern: JSONValue) throws -> String {
            let bytes = try set(pattern)
            return try #require(throws: TokenizerError.self) { try Tokenizer(json: bytes, file: "t.json") }.description
        }
        #expect(
            try message(["Regex": #"\R"#])
                == #"t.json: pre_tokenizer.pattern.Regex: `\R`: the escape `\R` is not known here, at character 0"#)
        #expect(try message(["Regex": "(?<=a+)b"]).contains("is not a regular expression"))
        #expect(
            try message(["Glob": "*"])
                == "t.json: pre_tokenizer.pattern: expected an object with one key, `String` or `Regex`")
        #expect(try message(["String": ""]).hasSuffix("a pattern has at least one character"))

        let tokenizer = try Tokenizer(json: try set(["Regex": "(?:a+)+[bc]"]), file: "t.json")
        let error = try #require(throws: TokenizerError.self) {
            try tokenizer.encode(String(repeating: "a", count: 40))
        }
        #expect(error.place == "t.json: pre_tokenizer.pattern.Regex")
    }
}
