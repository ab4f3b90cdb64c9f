import Diagnostics
import JSONValues
import Pipelines
import StageInterface
import TestSupport
import Testing

@Suite("Warnings, literal references and hostile pipelines")
struct LimitsTests {
    let project: Project

    init() throws { project = try Project() }

    @Test("a parameter that nothing uses is a warning at its name")
    func unused() throws {
        let marked = MarkedText(
            """
            version: 1
            name: small
            params:
              1️⃣old: 8
              rank: $(base)
              base: 4
            stages:
              method: {uses: lora, with: {r: $(rank)}}
            """)
        let (pipeline, findings) = project.load(marked.text)
        #expect(pipeline?.stage(named: "method")?.values["r"] == 4)
        #expect(findings.map(\.severity) == [.warning])
        #expect(findings.first?.message == "the parameter `old` is not used")
        let place = findings.first?.location.map { MarkedText.Place(line: $0.line, column: $0.column) }
        #expect(place == marked.place("1️⃣"))
    }

    @Test("an override of a parameter leaves those that it referred to in use")
    func overriddenReference() {
        let (pipeline, findings) = project.load(
            """
            version: 1
            name: small
            params: {base: 4, rank: $(base)}
            stages:
              method: {uses: lora, with: {r: $(rank)}}
            """, overrides: ["rank=2"])
        #expect(pipeline?.stage(named: "method")?.values["r"] == 2)
        #expect(findings.isEmpty, "\(project.rendered(findings))")
    }

    @Test("$$( is kept as $( in values, and numbers read in a text as they are written")
    func literal() {
        let (pipeline, findings) = project.load(
            """
            version: 1
            name: small
            params: {rate: 5.0e-4, yes: true, text: "12"}
            stages:
              method: {uses: lora, with: {target_modules: ["$$(query)", "$(rate)/$(yes)", "$(text)"]}}
            """)
        #expect(findings.isEmpty, "\(project.rendered(findings))")
        #expect(
            pipeline?.stage(named: "method")?.values["target_modules"] == ["$(query)", "5.0e-4/true", "12"])
    }

    @Test("parameters that double each other are refused before they fill the memory")
    func doubling() {
        let doublings = (1...40).map { "  p\($0): $(p\($0 - 1))$(p\($0 - 1))" }.joined(separator: "\n")
        let (pipeline, findings) = project.load(
            """
            version: 1
            name: small
            params:
              p0: some text
            \(doublings)
            stages:
              method: {uses: lora, with: {target_modules: $(p40)}}
            """)
        #expect(pipeline == nil)
        #expect(findings.map(\.message) == ["with `$(…)` filled in, the pipeline's values are larger than 16 MiB"])
    }

    @Test("a long chain of stages is no more than many stages")
    func longChain() {
        var text = """
            version: 1
            name: long
            stages:
              rows: {uses: data, with: {source: data/rows.csv}}
              tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}
              method: {uses: lora}
              a0: {uses: train, from: {tokens: tokens, method: method}}

            """
        for number in 1...3000 {
            text += "  a\(number): {uses: train, from: {tokens: tokens, method: method, start: a\(number - 1)}}\n"
        }
        let (pipeline, findings) = project.load(text)
        #expect(findings.isEmpty)
        #expect(pipeline?.graph.levels.count == 3003)
        #expect(pipeline?.graph.ancestors(of: "a3000").count == 3003)
    }

    @Test("a file of thousands of mistakes is answered with as many findings as can be read")
    func thousands() {
        let keys = (0..<40_000).map { "key\($0): 1" }.joined(separator: ", ")
        let (pipeline, findings) = project.load(
            "version: 1\nname: small\nstages:\n  method: {uses: lora, with: {\(keys)}}\n")
        #expect(pipeline == nil)
        #expect(findings.count == 101)
        #expect(findings.contains { $0.message == "stage `method` has 39900 more mistakes under `with`" })
    }

    @Test("files need not exist where they are not asked for")
    func withoutFiles() {
        let text = """
            version: 1
            name: small
            stages:
              rows: {uses: data, with: {source: nothing.csv}}
            """
        #expect(project.load(text).pipeline == nil)
        #expect(project.load(text, checkingFiles: false).pipeline != nil)
    }
}
