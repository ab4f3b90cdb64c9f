import Diagnostics
import Pipelines
import TestSupport
import Testing

/// Every mistake as a terminal shows it. One mistake gives one finding.
@Suite("Mistakes in pipelines, as they are shown")
struct ErrorTests {
    let project: Project

    init() throws { project = try Project() }

    /// A pipeline whose stages are these lines.
    private func pipeline(params: String = "", stages: String) -> String {
        var text = "version: 1\nname: small\n"
        if !params.isEmpty { text += "params:\n" + indented(params, by: 2) }
        return text + "stages:\n" + indented(stages, by: 2)
    }

    private func indented(_ lines: String, by width: Int) -> String {
        let margin = String(repeating: " ", count: width)
        return lines.split(separator: "\n", omittingEmptySubsequences: false).map { margin + $0 + "\n" }.joined()
    }

    /// Each of the texts has one mistake; together they are the golden file.
    private func expectOneFindingEach(
        _ texts: [String], overrides: [String] = [], as name: String,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) {
        let shown = texts.map { text in
            let (pipeline, findings) = project.load(text, overrides: overrides)
            #expect(pipeline == nil, "\(text)", sourceLocation: sourceLocation)
            #expect(findings.count == 1, "\(text)\n\(project.rendered(findings))", sourceLocation: sourceLocation)
            return project.rendered(findings)
        }
        GoldenFile("\(name).txt").expect(shown.joined(separator: "\n\n"), sourceLocation: sourceLocation)
    }

    private let sound = "rows: {uses: data, with: {source: data/rows.csv}}\n"

    @Test("the document's own keys")
    func document() {
        let stages = "stages:\n  rows: {uses: data, with: {source: data/rows.csv}}\n"
        expectOneFindingEach(
            [
                "",
                "- a\n",
                "just text\n",
                "name: small\n" + stages,
                "version: 1\n" + stages,
                "version: 1\nname: small\n",
                "version: 2\nname: small\nnews: all\n" + stages,
                "version: 0\nname: small\n" + stages,
                "version: one\nname: small\n" + stages,
                "version: 1\nname: a name\n" + stages,
                "version: 1\nname: [a]\n" + stages,
                "version: 1\nname: $(x)\n" + stages,
                "version: 1\nname: small\nstage:\n  rows: {uses: data}\n",
                "version: 1\nname: small\nauthor: me\n" + stages,
                "version: 1\nname: small\nparams: 3\n" + stages,
                "version: 1\nname: small\nparams: [r]\n" + stages.replacing("rows.csv", with: "$(r).csv"),
                "version: 1\nname: small\ndescription: {}\n" + stages,
                "version: 1\nname: small\nstages: {}\n",
                "version: 1\nname: small\nstages:\n",
                "version: 1\nname: small\nstages: rows\n",
            ], as: "document")
    }

    @Test("a stage's own keys")
    func stage() {
        expectOneFindingEach(
            [
                pipeline(stages: "rows:"),
                pipeline(stages: "rows: data"),
                pipeline(stages: "rows:\n  with: {source: data/rows.csv}"),
                pipeline(stages: "rows:\n  use: data\n  with: {source: data/rows.csv}"),
                pipeline(stages: "rows:\n  uses: data\n  needs: x\n  with: {source: data/rows.csv}"),
                pipeline(stages: "rows: {uses: dta, with: {source: data/rows.csv}}"),
                pipeline(stages: "rows: {uses: something, with: {source: nothing.csv}}"),
                pipeline(params: "kind: data", stages: "rows: {uses: $(kind), with: {source: data/rows.csv}}"),
                pipeline(stages: "my rows: {uses: data, with: {source: data/rows.csv}}"),
                pipeline(stages: "rows: {uses: data, with: [source]}"),
                pipeline(stages: sound + "rows: {uses: data, with: {source: data/more.jsonl}}"),
            ], as: "stage")
    }

    @Test("connections")
    func connections() {
        let tokens = "tokens: {uses: tokenize, from: {rows: rows}, with: {tokenizer: models/small}}\n"
        let method = "method: {uses: lora}\n"
        expectOneFindingEach(
            [
                pipeline(stages: sound + "tokens: {uses: tokenize, with: {tokenizer: models/small}}"),
                pipeline(stages: "tokens: {uses: tokenize, with: {tokenizer: models/small}}"),
                pipeline(stages: sound + tokens.replacing("rows: rows", with: "rows: row")),
                pipeline(stages: sound + tokens.replacing("rows: rows", with: "row: rows")),
                pipeline(stages: sound + tokens.replacing("rows: rows", with: "rows: rows, old: rows")),
                pipeline(stages: sound + tokens.replacing("rows: rows", with: "rows: []")),
                pipeline(stages: sound + tokens.replacing("rows: rows", with: "rows: ")),
                pipeline(stages: sound + tokens.replacing("{rows: rows}", with: "[{rows: rows}]")),
                pipeline(params: "x: [rows]", stages: sound + tokens.replacing("rows: rows", with: "rows: $(x)")),
                pipeline(stages: method + tokens.replacing("rows: rows", with: "rows: method")),
                pipeline(stages: method + tokens.replacing("{rows: rows}", with: "method")),
                pipeline(stages: sound + method + "more: {uses: lora, from: {rows: rows}}"),
                pipeline(
                    stages: sound + tokens + method
                        + "adapter: {uses: train, from: tokens, with: {model: models/small}}"),
                pipeline(stages: sound + "page: {uses: report, from: {of: page}}"),
                pipeline(stages: sound + "page: {uses: report, from: {fo: rows}}"),
                pipeline(
                    stages: sound + tokens + method
                        + """
                        first: {uses: train, from: {tokens: tokens, method: method, start: third}}
                        second: {uses: train, from: {tokens: tokens, method: method, start: first}}
                        third: {uses: train, from: {tokens: tokens, method: method, start: second}}
                        """),
                pipeline(
                    stages: "a: {uses: tokenize, from: b, with: {tokenizer: models/small}}\n"
                        + "b: {uses: tokenize, from: a, with: {tokenizer: models/small}}"),
            ], as: "connections")
    }

    @Test("parameters of stages")
    func parameters() {
        let rows = { (with: String) in pipeline(stages: "rows: {uses: data, with: {\(with)}}") }
        let lora = { (with: String) in pipeline(stages: "method: {uses: lora, with: {\(with)}}") }
        let train = { (with: String) in
            pipeline(
                stages: "rows: {uses: data, with: {source: data/rows.csv}}\n"
                    + "tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                    + "method: {uses: lora}\n"
                    + "adapter: {uses: train, from: {tokens: tokens, method: method}, with: {\(with)}}")
        }
        expectOneFindingEach(
            [
                train("learning_rte: 5.0e-4"),
                train("learning_rate: fast"),
                train("learning_rate: \"5.0e-4\""),
                train("learning_rate: 0"),
                train("learning_rate: .inf"),
                train("learning_rate: "),
                train("note: 2024"),
                lora("r: 0"),
                lora("r: 8.5"),
                lora("bias: alle"),
                lora("bias: true"),
                lora("target_modules: []"),
                lora("target_modules: [query, 3]"),
                pipeline(stages: "rows: {uses: data}"),
                pipeline(stages: "rows: {uses: data, with: {sorce: data/rows.csv}}"),
                rows("source: data/rows.csv, header: yes"),
                rows("source: data/rows.csv, split: {test: 0.1}"),
                rows("source: data/rows.csv, split: {train: 0.9, tset: 0.1}"),
                rows("source: data/rows.csv, split: {train: 90}"),
                rows("source: data/rows.csv, split: {train: 0.9, test: 0.2}"),
                pipeline(
                    stages: sound + "tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                        + "method: {uses: lora, with: {r: 32}}\n"
                        + "adapter: {uses: train, from: {tokens: tokens, method: method}}"),
                // Nothing to inherit from, nothing to inherit, and what is inherited does not fit.
                pipeline(stages: sound + "page: {uses: report, from: rows}"),
                train("note: [a]") + "  page: {uses: report, from: adapter}\n",
            ], as: "parameters")
    }

    @Test("files and folders that are not there")
    func files() {
        let tokens = { (path: String) in
            pipeline(stages: sound + "tokens: {uses: tokenize, from: rows, with: {tokenizer: \(path)}}")
        }
        let rows = { (path: String) in pipeline(stages: "rows: {uses: data, with: {source: \(path)}}") }
        expectOneFindingEach(
            [
                rows("data/row.csv"), rows("dta/rows.csv"), rows("[data/rows.csv, data/mroe.jsonl]"),
                rows("data/rows.txt"), rows("/project-that-is-nowhere/rows.csv"), rows("~/rows.csv"), rows("\"\""),
                tokens("models/smal"), tokens("data/rows.csv"), tokens("models"), tokens("\"\""),
                pipeline(
                    params: "model: models/nothing",
                    stages: sound + """
                        a: {uses: tokenize, from: rows, with: {tokenizer: $(model)}}
                        b: {uses: tokenize, from: rows, with: {tokenizer: $(model)}}
                        """),
            ], as: "files")
    }

    @Test("$(…) that can't be filled in")
    func references() {
        let note = { (params: String, r: String) in
            pipeline(params: params, stages: "method: {uses: lora, with: {r: \(r)}}")
        }
        expectOneFindingEach(
            [
                note("rank: 8", "$(rnk)"),
                note("", "$(rank)"),
                note("rank: 8", "$(rank"),
                note("rank: 8", "\"1$( rank )\""),
                note("rank: 8", "$()"),
                note("rank: lots", "$(rank)"),
                note("rank: [1, 2]", "$(rank)"),
                note("rank: [1, 2]", "1$(rank)"),
                note("rank:", "1$(rank)"),
                note("rank: {a: 1}", "$(rank)"),
                note("rank: [[1]]", "$(rank)"),
                note("rank: [$(x)]\nx: [1]", "$(rank)"),
                note("rank: $(rank)", "$(rank)"),
                note("a: $(c)\nb: $(a)\nc: \"-$(b)-\"\nd: $(a)", "$(d)"),
                note("1rank: 8", "$(1rank)"),
                note("rank: $(r)", "$(rank)"),
            ], as: "references")
    }

    @Test("values on the command line")
    func overrides() {
        let text = pipeline(params: "rank: 8", stages: "method: {uses: lora, with: {r: $(rank)}}")
        let shown = [["rnk=8"], ["rank=lots"], ["rank=[1"], ["rank={a: 1}"], ["rank=$(x)"], ["rank="]].map {
            overrides in
            let (pipeline, findings) = project.load(text, overrides: overrides)
            #expect(pipeline == nil)
            #expect(findings.count == 1)
            return project.rendered(findings)
        }
        GoldenFile("overrides.txt").expect(shown.joined(separator: "\n\n"))
    }

    @Test("all mistakes of a file are told at once, in the order of the file")
    func several() {
        let (pipeline, findings) = project.load(
            """
            version: 1
            name: small
            parms: {r: 8}
            stages:
              rows:
                uses: data
                with:
                  source: data/rows.cvs
                  heder: true
              tokens:
                uses: tokenise
                from: {rows: row}
                with: {tokenizer: $(model)}
              method:
                uses: lora
                with: {r: eight, bias: $(bias}
              adapter:
                uses: train
                from: {tokens: tokens, methd: method}
                with: {learning_rate: -1, rank: 4}
            """)
        #expect(pipeline == nil)
        GoldenFile("several.txt").expect(project.rendered(findings))
    }
}
