import Diagnostics
import Testing

@Suite("Findings as they are collected")
struct DiagnosticsTests {
    @Test("findings are sorted by place, those without a place last, equal ones as they came")
    func sorting() {
        let first = SourceText(path: "a.yaml", contents: "")
        let second = SourceText(path: "b.yaml", contents: "")
        var findings = Diagnostics()
        findings.error("nowhere")
        findings.error("b", at: second.location(line: 1, column: 1))
        findings.error("a 10:1", at: first.location(line: 10, column: 1))
        findings.warning("a 2:5 first", at: first.location(line: 2, column: 5))
        findings.error("a 2:5 second", at: first.location(line: 2, column: 5))
        findings.error("nowhere either")
        #expect(
            findings.sorted.map(\.message)
                == ["a 2:5 first", "a 2:5 second", "a 10:1", "b", "nowhere", "nowhere either"])
    }

    @Test("only errors are thrown")
    func throwing() throws {
        var findings = Diagnostics()
        findings.warning("careful")
        try findings.throwIfErrors()
        #expect(!findings.hasErrors)
        findings.error("wrong")
        #expect(findings.errors.count == 1 && findings.warnings.count == 1)
        let error = #expect(throws: DiagnosticsError.self) { try findings.throwIfErrors() }
        #expect(error?.diagnostics.map(\.message) == ["careful", "wrong"])
    }

    @Test("help for an unknown name is the nearest name, or the names if they are few")
    func helpForUnknown() {
        #expect(
            Diagnostic.help(forUnknown: "learning_rte", among: ["learning_rate"], as: "key")
                == "a key with a similar name exists: `learning_rate`")
        #expect(
            Diagnostic.help(forUnknown: "adaptor", among: ["adapter"], as: "output")
                == "an output with a similar name exists: `adapter`")
        #expect(
            Diagnostic.help(forUnknown: "x", among: ["epochs", "seed"], as: "key") == "expected one of `epochs`, `seed`"
        )
        #expect(Diagnostic.help(forUnknown: "x", among: ["epochs"], as: "key") == "the only key is `epochs`")
        #expect(Diagnostic.help(forUnknown: "x", among: [], as: "key") == nil)
        #expect(Diagnostic.help(forUnknown: "x", among: (0..<50).map { "name\($0)" }, as: "key") == nil)
    }
}
