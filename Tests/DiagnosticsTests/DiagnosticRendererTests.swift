import Diagnostics
import Testing

@Suite("How a finding is shown")
struct DiagnosticRendererTests {
    @Test("an error with a place shows its line, a caret and the remedy")
    func errorWithPlace() {
        let text = String(repeating: "\n", count: 23) + "           learning_rte: 5.0e-4\n"
        let source = SourceText(path: "pipelines/sentiment.yaml", contents: text)
        let finding = Diagnostic.error(
            "unknown key `learning_rte` in stage `adapter`",
            at: source.location(line: 24, column: 12, length: 12),
            help: Diagnostic.help(forUnknown: "learning_rte", among: ["epochs", "learning_rate"], as: "key"))
        #expect(
            DiagnosticRenderer(color: false).render(finding) == """
                error: unknown key `learning_rte` in stage `adapter`
                  --> pipelines/sentiment.yaml:24:12
                   |
                24 |            learning_rte: 5.0e-4
                   |            ^^^^^^^^^^^^ help: a key with a similar name exists: `learning_rate`
                """)
    }
}
