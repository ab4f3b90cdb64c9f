import Diagnostics
import TestSupport
import Testing
import YAMLDocument

/// Every error that a document can have, as a terminal shows it.
@Suite("Errors of documents, as they are shown")
struct YAMLErrorTests {
    private func expect(_ text: String, as name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        let (_, diagnostics) = YAMLDocument.parse(SourceText(path: "pipeline.yaml", contents: text))
        GoldenFile("\(name).txt").expect(
            DiagnosticRenderer(color: false).render(diagnostics), sourceLocation: sourceLocation)
    }

    @Test("syntax errors")
    func syntax() {
        let texts = [
            "stages:\n  a:\n    uses: data\n   with: {}\n",
            "key\nother: 1\n",
            "with: a: b\n",
            "with: {a: 1, b: 2\nother: 3\n",
            "list: [1, 2\nother: 3\n",
            "list:\n  - a\n  b: c\n",
            "a: - b\n",
            "a: ? b\n",
            "\ta: 1\n",
            "a:\n\tb: 1\n",
            "a: @b\n",
            "a: `b`\n",
            "a: \"never closed\nb: 1\n",
            "a: \"\\q\"\n",
            "a: \"\\xZZ\"\n",
            "a: |0\n  x\n",
            "a: | x\n",
            "a: *\n",
            "a: !<tag\n",
            "%YAML 3.0\n---\na: 1\n",
            "%WHAT\na: 1\n",
            "a: 1\nb\n",
            "a: [1]]\n",
            "- a\nb: c\n",
            "a: }\n",
            "a: 'it's'\n",
            "model: ${name}\nwith: {model: ${name}}\n",
        ]
        let shown = texts.map { text in
            let (root, diagnostics) = YAMLDocument.parse(SourceText(path: "pipeline.yaml", contents: text))
            #expect(root == nil)
            return DiagnosticRenderer(color: false).render(diagnostics)
        }
        GoldenFile("syntax.txt").expect(shown.joined(separator: "\n\n"))
    }

    @Test("duplicate keys name the first")
    func duplicates() {
        expect("stages:\n  tokens: {uses: a}\n  other: {}\n  \"tokens\": {uses: b}\n", as: "duplicate-key")
    }

    @Test("a merge key wants mappings, once")
    func merges() {
        expect("a: &a 1\nb: {<<: *a}\nc: {<<: x}\nd: {<<: {}, <<: {}}\n", as: "merge-key")
    }

    @Test("undefined, misspelt and recursive aliases")
    func aliases() {
        expect("a: &defaults {x: 1}\nb: *defautls\nc: *nothing\nd: &d [*d]\n", as: "alias")
    }

    @Test("a file holds one document, and something")
    func documents() {
        expect("a: 1\n---\nb: 2\n", as: "two-documents")
        expect("# nothing but a comment\n", as: "empty")
        expect("", as: "empty-text")
        expect("---\n", as: "empty-document")
    }

    @Test("keys are texts and stand in front of a colon")
    func keys() {
        expect("{a: 1}: x\n? [1, 2]\n: y\n: z\n", as: "complex-key")
    }

    @Test("characters that a terminal would obey are shown, not sent")
    func controlCharacters() {
        expect("name: \"\u{1B}[31mred\"\nother: \u{202E}x\n\u{0}\nb: \u{85}\n", as: "control-characters")
        expect("a: \"x\\0y\"\n", as: "null-character")
        expect("a: !!x\u{202E}y 1\n", as: "direction-in-tag")
    }

    @Test("tags and numbers that are not held")
    func tags() {
        expect("a: &x !!python/object:os.system {b: 1}\nc: !local d\ne: 9223372036854775808\n", as: "tags")
    }
}
