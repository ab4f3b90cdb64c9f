import Diagnostics
import Testing
import YAMLDocument

@Suite("Limits of documents")
struct YAMLLimitsTests {
    private func messages(_ text: String, limits: YAMLLimits = .default) -> [String] {
        YAMLDocument.parse(SourceText(path: "t.yaml", contents: text), limits: limits).diagnostics.map(\.message)
    }

    @Test("nested aliases that stand for billions of values are refused at once")
    func billionLaughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\([String](repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        #expect(
            messages(text) == ["the document has more than 250000 values, aliases counted as what they stand for"])
    }

    @Test("merge keys count as what they add")
    func merges() {
        var text = "a0: &a0 {a: 1, b: 2}\n"
        for level in 1...30 { text += "a\(level): &a\(level) {x: *a\(level - 1), <<: {y: *a\(level - 1)}}\n" }
        #expect(messages(text).count == 1)
    }

    @Test("depth counts collections, those behind aliases too")
    func depth() {
        let limits = YAMLLimits(bytes: 1 << 20, nodes: 1000, depth: 3)
        #expect(messages("[[[1]]]", limits: limits) == [])
        #expect(messages("[[[[1]]]]", limits: limits) == ["more than 3 lists and mappings inside one another"])
        #expect(messages("a:\n  b:\n    c: 1", limits: limits) == [])
        #expect(messages("a:\n  b:\n    c: []", limits: limits).count == 1)
        #expect(messages("- &a [[1]]\n- *a\n", limits: limits) == [])
        #expect(messages("- &a [[1]]\n- [*a]\n", limits: limits).count == 1)
    }

    @Test("a chain of aliases can't nest deeper than the limit")
    func aliasChain() {
        var text = "- &a0 [1]\n"
        for level in 1...100 { text += "- &a\(level) [*a\(level - 1)]\n" }
        #expect(messages(text) == ["more than 64 lists and mappings inside one another"])
    }

    @Test("size is counted in bytes")
    func size() {
        let limits = YAMLLimits(bytes: 10, nodes: 10, depth: 10)
        #expect(messages("a: 4567890", limits: limits) == [])
        #expect(messages("a: 45678é0", limits: limits) == ["`t.yaml` has 11 bytes, more than the 10 that are read"])
    }

    @Test("a hundred errors are enough")
    func manyErrors() {
        let text = (0..<1000).map { "- *a\($0)\n" }.joined()
        let found = messages(text)
        #expect(found.count == 101)
        #expect(found.contains("there are more errors than these 100"))
    }

    @Test("time grows with the text, not faster", .timeLimit(.minutes(1)))
    func longLines() {
        let flow = "{" + (0..<40_000).map { "kéy\($0): \"välue\"" }.joined(separator: ", ") + "}"
        #expect(messages(flow) == [])
        #expect(messages(String(repeating: "[", count: 1 << 20)).count == 1)
        #expect(messages(String(repeating: "{a: ", count: 1 << 18)).count == 1)
        #expect(messages(String(repeating: "- ", count: 1 << 18)).count == 1)
        #expect(messages("a: \(String(repeating: "x", count: 1 << 20))") == [])
    }
}
