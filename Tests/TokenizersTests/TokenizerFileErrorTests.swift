import Foundation
import JSONValues
import Testing
@testable import Tokenizers

@Suite("What is wrong with a tokenizer.json")
struct TokenizerFileErrorTests {
    /// What is said of the tiny tokenizer after a change to its description.
    private func message(_ change: (inout JSONValue) -> Void) throws -> String {
        var description = try JSONValue(parsing: Golden.data("tiny-wordpiece-tokenizer.json"))
        change(&description)
        let bytes = Array(try description.pretty.utf8)
        return try #require(throws: TokenizerError.self) { try Tokenizer(json: bytes, file: "t.json") }.description
    }

    @Test("A component that is not known is named with its place")
    func unknownComponents() throws {
        #expect(
            try message { $0["normalizer"]["type"] = "Sanitizer" }
                == "t.json: normalizer.type: unknown normalizer `Sanitizer`; the known ones are `BertNormalizer`, "
                + "`ByteLevel`, `Lowercase`, `NFC`, `NFD`, `NFKC`, `NFKD`, `Nmt`, `Precompiled`, `Prepend`, `Replace`, "
                + "`Sequence`, `Strip`, `StripAccents`")
        #expect(try message { $0["pre_tokenizer"]["type"] = "X" }.hasPrefix("t.json: pre_tokenizer.type: unknown pre-"))
        #expect(try message { $0["post_processor"]["type"] = "X" }.hasPrefix("t.json: post_processor.type: unknown "))
        #expect(try message { $0["decoder"]["type"] = "X" }.hasPrefix("t.json: decoder.type: unknown decoder `X`"))
        #expect(try message { $0["model"]["type"] = "X" }.hasPrefix("t.json: model.type: unknown model `X`"))
        #expect(
            try message { $0["version"] = "2.0" }
                == "t.json: version: format 2.0 is not known here; save the tokenizer in format 1.0")
    }

    @Test("Keys that are missing, unknown or of another kind are told")
    func keys() throws {
        #expect(try message { $0["model"] = nil } == "t.json: model: expected an object, found null")
        #expect(
            try message { $0["normalizer"]["lowercase"] = "yes" }
                == "t.json: normalizer.lowercase: expected true or false, found a string")
        #expect(
            try message { $0["normalizer"] = ["type": "BertNormalizer"] }
                == "t.json: normalizer.clean_text: this key is missing")
        #expect(
            try message { $0["pre_tokenizer"]["extra key"] = 1 }
                == #"t.json: pre_tokenizer["extra key"]: this key is not known here; the known ones are `type`"#)
        #expect(
            try message { $0["model"]["unk_token"] = "<unk>" }
                == "t.json: model.unk_token: `<unk>` is not in the vocabulary; name one of its tokens, or add this one")
        #expect(
            try message { $0["truncation"]["strategy"] = "Random" }
                == "t.json: truncation.strategy: unknown strategy `Random`; the known ones are `LongestFirst`, "
                + "`OnlyFirst`, `OnlySecond`")
    }

    @Test("Ids that contradict each other are told")
    func ids() throws {
        #expect(
            try message { $0["post_processor"]["special_tokens"]["[CLS]"]["ids"] = [7] }
                == #"t.json: post_processor.special_tokens["[CLS]"].tokens[0]: `[CLS]` has id 7 here, but in the "#
                + "vocabulary it has id 2; the two have to agree")
        #expect(
            try message { description in
                description["added_tokens"] = [
                    [
                        "id": 5, "content": "new", "single_word": false, "lstrip": false, "rstrip": false,
                        "normalized": false, "special": false,
                    ]
                ]
            }.hasPrefix("t.json: added_tokens[0]: `new` has id 5 here, but the next free one is "))
        #expect(
            try message { $0["model"]["vocab"]["film"] = 3 }.hasPrefix("t.json: model.vocab: id 3 is given to `"))
        #expect(
            try message { $0["model"]["vocab"]["film"] = 1e9 }
                == "t.json: model.vocab.film: 1000000000 is outside 0 to 16777215")
        #expect(try message { $0["model"]["vocab"] = [1] } == "t.json: model.vocab: expected an object, found an array")
    }

    @Test("Templates need each text once, and special tokens that are described")
    func templates() throws {
        #expect(
            try message { $0["post_processor"]["single"] = [] }
                == "t.json: post_processor.single: expected the sequence A, each once")
        #expect(
            try message { description in
                description["post_processor"]["pair"] = [["SpecialToken": ["id": "[EOS]", "type_id": 0]]]
            }
                == "t.json: post_processor.pair[0].SpecialToken.id: `[EOS]` is not among "
                + "post_processor.special_tokens; add it there")
    }

    @Test("Added tokens that normalization makes empty or equal are told")
    func addedTokens() throws {
        func add(_ contents: String...) -> (inout JSONValue) -> Void {
            { description in
                let count = description["model"]["vocab"].objectValue?.count ?? 0
                let tokens = contents.enumerated().map { index, content -> JSONValue in
                    [
                        "id": .int(count + index), "content": .string(content), "single_word": false, "lstrip": false,
                        "rstrip": false, "normalized": true, "special": false,
                    ]
                }
                description["added_tokens"] = .array(tokens)
            }
        }
        #expect(
            try message(add("\u{200B}"))
                == "t.json: added_tokens: nothing is left of `\u{200B}` after normalization, so it is never found; "
                + "set its `normalized` to false")
        #expect(
            try message(add("New", "new"))
                == "t.json: added_tokens: `new` and `New` are the same text after normalization; remove one of them")
        #expect(try message(add("")) == "t.json: added_tokens[0].content: a token has at least one character")
    }

    @Test("What is not JSON is told with its line and column, in the vocabulary too")
    func notJSON() throws {
        func message(_ text: String) throws -> String {
            try #require(throws: TokenizerError.self) { try Tokenizer(json: Array(text.utf8), file: "t.json") }
                .description
        }
        #expect(try message("") == "t.json:1:1: expected a value, found the end")
        #expect(try message("{\n \"model\": {\"vocab\": {\"a\": 1},}}").hasPrefix("t.json:2:"))
        #expect(
            try message(#"{"version": "1.0", "model": {"type": "WordPiece", "vocab": {"a" 1}}}"#).hasPrefix("t.json:"))
        let text = String(decoding: try Golden.data("tiny-wordpiece-tokenizer.json"), as: UTF8.self)
        #expect(try message(text.replacing("\"film\": ", with: "\"film\" ")).contains("expected `:` after the key"))
        #expect(throws: TokenizerError(place: "nowhere/t.json", problem: "there is no such file")) {
            try Tokenizer(file: "nowhere/t.json")
        }
    }

    @Test("Tokens that differ only in Unicode normalization are different tokens")
    func canonicallyEquivalentTokens() throws {
        let text = String(decoding: try Golden.data("tiny-wordpiece-tokenizer.json"), as: UTF8.self)
        let equivalent = text.replacing("\"film\":", with: #""caf\u0065\u0301":"#)
        let tokenizer = try Tokenizer(json: Array(equivalent.utf8), file: "t.json")
        #expect(tokenizer.id(of: "cafe\u{301}") != nil)
        #expect(tokenizer.id(of: "caf\u{E9}") != nil)
        #expect(tokenizer.id(of: "cafe\u{301}") != tokenizer.id(of: "caf\u{E9}"))
    }
}
