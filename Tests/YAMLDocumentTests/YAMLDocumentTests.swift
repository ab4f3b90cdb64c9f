import Diagnostics
import struct Diagnostics.SourceLocation
import TestSupport
import Testing
import YAMLDocument

@Suite("Documents become trees with places")
struct YAMLDocumentTests {
    private func load(_ text: String) throws -> YAMLNode {
        try YAMLDocument.load(SourceText(path: "test.yaml", contents: text))
    }

    @Test("a pipeline becomes mappings, lists and scalars in the order of the text")
    func tree() throws {
        let root = try load(
            """
            version: 1
            stages:
              reviews:
                uses: data
                with: {columns: {text: sentence}, seeds: [1, 2], rate: 5.0e-4, fast: true, none: }
            """)
        #expect(root.mapping?.keys == ["version", "stages"])
        let with = try #require(root.mapping?["stages"]?.mapping?["reviews"]?.mapping?["with"]?.mapping)
        #expect(with.keys == ["columns", "seeds", "rate", "fast", "none"])
        #expect(with["columns"]?.mapping?["text"]?.asString == "sentence")
        #expect(with["seeds"]?.sequence?.map(\.asInt) == [1, 2])
        #expect(with["rate"]?.asDouble == 5.0e-4)
        #expect(with["fast"]?.asBool == true)
        #expect(with["none"]?.isNull == true)
        #expect(with["absent"] == nil)
        #expect(root.mapping?["version"]?.asDouble == 1)
    }

    @Test("values are described in words")
    func describe() throws {
        let root = try load("[abc, 3, 0.5, true, ~, '', [], {}, \"two\\nlines\", 0x1F]")
        #expect(
            root.sequence?.map(\.describe) == [
                "the text `abc`", "the number 3", "the number 0.5", "`true`", "`~`", "an empty text", "a list",
                "a mapping", "the text `two…`", "the number 0x1F",
            ])
    }

    @Test("a value of a usual wrong kind has a remedy")
    func remedies() throws {
        func remedy(_ text: String, _ expectation: YAMLNode.Expectation) throws -> String? {
            try load("[\(text)]").sequence?.first?.remedy(expecting: expectation)
        }
        #expect(try remedy("yes", .boolean) == "write `true`")
        #expect(try remedy("'false'", .boolean) == "remove the quotes")
        #expect(try remedy("'8'", .wholeNumber) == "remove the quotes")
        #expect(try remedy("1_000", .wholeNumber) == "write `1000`")
        #expect(try remedy("007", .wholeNumber) == "write `7`")
        #expect(try remedy("1e3", .wholeNumber) == "write `1000`")
        #expect(try remedy("0.5", .wholeNumber) == nil)
        #expect(try remedy("many", .number) == nil)
        #expect(try remedy("0.5", .text) == "put it in quotes: `\"0.5\"`")
        #expect(try remedy("query", .list) == "write a list: `[query]`")
        #expect(try remedy("{}", .list) == nil)
    }

    // MARK: Places

    @Test("every key and value knows its place")
    func places() throws {
        let marked = MarkedText(
            """
            1️⃣stages:
              2️⃣reviews:
                3️⃣source: 4️⃣"größe 日本.jsonl" # comment
                split: 5️⃣{train: 6️⃣0.8}
              list:
                7️⃣- a
                - 8️⃣x
            """)
        let root = try load(marked.text)
        let stages = try #require(root.mapping?.entry("stages"))
        let reviews = try #require(stages.value.mapping?.entry("reviews"))
        let source = try #require(reviews.value.mapping?.entry("source"))
        let split = try #require(reviews.value.mapping?["split"])
        let list = try #require(stages.value.mapping?["list"])
        let found: [(Character, (line: Int, column: Int, length: Int))] = [
            ("1️⃣", place(root.location)), ("1️⃣", place(stages.key.location)), ("2️⃣", place(stages.value.location)),
            ("2️⃣", place(reviews.key.location)), ("3️⃣", place(source.key.location)),
            ("4️⃣", place(source.value.location)), ("5️⃣", place(split.location)),
            ("6️⃣", place(try #require(split.mapping?["train"]?.location))), ("7️⃣", place(list.location)),
            ("8️⃣", place(try #require(list.sequence?.last?.location))),
        ]
        for (mark, place) in found {
            #expect(marked.place(mark) == MarkedText.Place(line: place.line, column: place.column), "\(mark)")
        }
        #expect(found.map(\.1.length) == [6, 6, 7, 7, 6, 16, 12, 3, 1, 1])
    }

    private func place(_ location: SourceLocation) -> (line: Int, column: Int, length: Int) {
        (location.line, location.column, location.length)
    }

    @Test("lines end at CRLF and CR too", arguments: ["\n", "\r\n", "\r"])
    func lineBreaks(lineBreak: String) throws {
        let root = try load(["a: 1", "b:", "  c: 2"].joined(separator: lineBreak))
        let c = try #require(root.mapping?["b"]?.mapping?.entry("c"))
        #expect(c.key.location.description == "test.yaml:3:3")
        #expect(c.value.location.description == "test.yaml:3:6")
    }

    @Test("a byte order mark is no part of the first line")
    func byteOrderMark() throws {
        let root = try load("\u{FEFF}a: 1")
        #expect(root.mapping?.keys == ["a"])
        #expect(root.location.description == "test.yaml:1:1")
    }

    @Test(
        "a caret can point into a scalar that is written as it reads",
        arguments: [
            ("v: models/$(size)/x", 11), ("v: 'models/$(size)/x'", 12), ("v: \"models/$(size)/x\"", 12),
            ("v: &a models/$(size)/x", 14), ("v: !!str &a 'models/$(size)/x'", 21), ("{v: models/$(size)/x }", 12),
            ("日本: models/$(size)/x", 12),
        ])
    func parts(text: String, column: Int) throws {
        let value = try #require(try load(text).mapping?.entries.first?.value)
        #expect(value.asString == "models/$(size)/x")
        #expect(place(value.location(offset: 7, length: 7)) == (1, column, 7))
    }

    @Test("a caret points at the whole of a scalar that is not written as it reads")
    func wholes() throws {
        for text in ["v: \"a\\t$(b)\"", "v: 'it''s $(b)'", "v: a\n  $(b)", "v: |\n  $(b)"] {
            let value = try #require(try load(text).mapping?["v"])
            #expect(value.location(offset: 2, length: 4) == value.location, "\(text)")
        }
    }

    // MARK: Anchors, aliases, merge keys

    @Test("an alias stands for the value of its anchor and knows where it stands")
    func aliases() throws {
        let marked = MarkedText("base: &base 1️⃣{r: 8}\nuse: 2️⃣*base\nmore: [*base]")
        let root = try load(marked.text)
        let use = try #require(root.mapping?["use"])
        #expect(use.mapping?["r"]?.asInt == 8)
        #expect(use.location.description == "test.yaml:\(marked.place("1️⃣")?.description ?? "")")
        #expect(use.alias?.description == "test.yaml:\(marked.place("2️⃣")?.description ?? "")")
        #expect(root.mapping?["base"]?.alias == nil)
        #expect(root.mapping?["more"]?.sequence?.first?.mapping?["r"]?.asInt == 8)
    }

    @Test("a later anchor of the same name takes its place")
    func anchorTwice() throws {
        let root = try load("[&a 1, *a, &a 2, *a]")
        #expect(root.sequence?.map(\.asInt) == [1, 1, 2, 2])
    }

    @Test("a merge key adds what the mapping does not have itself")
    func mergeKeys() throws {
        let root = try load(
            """
            first: &first {epochs: 3, batch_size: 32}
            second: &second {epochs: 5, seed: 42}
            one:
              rate: 1
              <<: *first
              epochs: 10
            two:
              <<: [*first, *second]
            quoted: {"<<": 1, <<: *second}
            """)
        let one = try #require(root.mapping?["one"]?.mapping)
        #expect(one.keys == ["rate", "batch_size", "epochs"])
        #expect(one["epochs"]?.asInt == 10)
        let two = try #require(root.mapping?["two"]?.mapping)
        #expect(two.keys == ["epochs", "batch_size", "seed"])
        #expect(two["epochs"]?.asInt == 3)
        #expect(two["seed"]?.location.line == 2)
        #expect(two["seed"]?.alias?.line == 8)
        #expect(root.mapping?["quoted"]?.mapping?.keys == ["<<", "epochs", "seed"])
    }

    // MARK: Keys

    @Test("keys are texts, whatever they look like")
    func keys() throws {
        let root = try load("8: a\ntrue: b\n99999999999999999999: c\n'': d\nnull: e")
        #expect(root.mapping?.keys == ["8", "true", "99999999999999999999", "", "null"])
    }

    @Test("with a duplicate key the first is kept and the rest of the tree is there")
    func duplicateKeepsFirst() {
        let (root, diagnostics) = YAMLDocument.parse(SourceText(path: "t", contents: "a: 1\nb: 2\n'a': 3"))
        #expect(diagnostics.map(\.message) == ["the key `a` stands twice in one mapping"])
        #expect(root?.mapping?["a"]?.asInt == 1)
        #expect(root?.mapping?["b"]?.asInt == 2)
    }

    @Test("all errors of a file are found at once")
    func allErrors() {
        let text = "a: !!python/name:x 1\na: 2\nb: *none\nc: 99999999999999999999\n[x]: 1\nd: [1"
        let (root, diagnostics) = YAMLDocument.parse(SourceText(path: "t", contents: text))
        #expect(root == nil)
        #expect(diagnostics.map { $0.location?.line } == [1, 3, 4, 5, 6])
    }
}
