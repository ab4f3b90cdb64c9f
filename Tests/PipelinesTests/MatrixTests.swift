import Diagnostics
import JSONValues
import Pipelines
import TestSupport
import Testing

@Suite("Matrices")
struct MatrixTests {
    let project: Project

    init() throws { project = try Project() }

    private static let head = """
        version: 1
        name: small
        stages:
          rows: {uses: data, with: {source: data/rows.csv}}

        """

    private func text(_ stages: String) -> String {
        Self.head + stages.split(separator: "\n").map { "  \($0)\n" }.joined()
    }

    private func load(_ stages: String) throws -> Pipeline {
        let (pipeline, findings) = project.load(text(stages))
        return try #require(pipeline, "\(project.rendered(findings))")
    }

    private func inputs(_ pipeline: Pipeline, _ name: String) -> [String] {
        pipeline.stage(named: name)?.inputs.map(\.stage) ?? []
    }

    @Test("a grid, the stages behind it, and inputs that share axes or make the product")
    func grid() throws {
        let pipeline = try load(
            """
            tokens: {uses: tokenize, from: rows, matrix: {length: [16, 32]}, with: {tokenizer: models/small, max_length: $(length)}}
            method: {uses: lora, matrix: {r: [4, 8]}, with: {r: $(r)}}
            adapter: {uses: train, from: {tokens: tokens, method: method}, matrix: {b: [x]}, with: {note: n $(b)}}
            next: {uses: train, from: {tokens: tokens, method: method, start: adapter}}
            page: {uses: report, from: adapter}
            plain: {uses: report, from: rows, with: {title: t}}
            """)
        let instances = ["b=x,length=16,r=4", "b=x,length=16,r=8", "b=x,length=32,r=4", "b=x,length=32,r=8"]
        #expect(
            pipeline.stages.map(\.name) == [
                "rows", "tokens[length=16]", "tokens[length=32]", "method[r=4]", "method[r=8]",
            ]
                + ["adapter", "next", "page"].flatMap { name in instances.map { "\(name)[\($0)]" } } + ["plain"])
        #expect(pipeline.stage(named: "method[r=8]")?.values["r"] == 8)
        #expect(pipeline.stage(named: "adapter[\(instances[2])]")?.values["rank"] == 4)
        #expect(pipeline.stage(named: "adapter[\(instances[2])]")?.values["note"] == "n x")
        #expect(inputs(pipeline, "adapter[\(instances[2])]") == ["tokens[length=32]", "method[r=4]"])
        #expect(
            inputs(pipeline, "next[\(instances[1])]")
                == ["tokens[length=16]", "method[r=8]", "adapter[\(instances[1])]"])
        #expect(pipeline.stage(named: "page[\(instances[3])]")?.writtenName == "page")
    }

    @Test("combinations, lists and texts as values")
    func combinations() throws {
        let pipeline = try load(
            """
            method:
              uses: lora
              matrix: [{r: 4, on: [query, value]}, {r: 8, on: "a/b c"}, {r: 8, on: a_b_c}]
              with: {r: $(r), target_modules: $(on)}
            """)
        #expect(
            pipeline.stages.dropFirst().map(\.name)
                == ["method[on=query+value,r=4]", "method[on=a_b_c,r=8]", "method[on=a_b_c~2,r=8]"])
        #expect(pipeline.stages[1].values["target_modules"] == ["query", "value"])
        #expect(pipeline.stages[1].originDescription(ofParameter: ["r"]) == "pipeline.yaml:7")
    }

    @Test("an input that lists stages fans out over them, whatever axes they have")
    func listedStages() throws {
        let pipeline = try load(
            """
            tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}
            small: {uses: lora, matrix: {r: [4, 8]}, with: {r: $(r)}}
            large: {uses: lora, with: {r: 12}}
            adapter: {uses: train, from: {tokens: tokens, method: [small, large]}}
            next: {uses: train, from: {tokens: tokens, method: [large, small], start: adapter}}
            """)
        let instances = ["method=small,r=4", "method=small,r=8", "method=large"]
        #expect(pipeline.stages.map(\.name).suffix(6).prefix(3) == instances.map { "adapter[\($0)]" }[...])
        #expect(inputs(pipeline, "adapter[method=small,r=8]") == ["tokens", "small[r=8]"])
        #expect(pipeline.stage(named: "adapter[method=large]")?.values["rank"] == 12)
        #expect(
            Set(pipeline.stages.map(\.name).suffix(3)) == Set(instances.map { "next[\($0)]" }))
        #expect(inputs(pipeline, "next[method=large]") == ["tokens", "large", "adapter[method=large]"])
    }

    @Test("a list of stages fans out where no stage has a matrix, and gathers where the input does")
    func listsAlone() throws {
        let pipeline = try load(
            """
            tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}
            small: {uses: lora, with: {r: 4}}
            large: {uses: lora, with: {r: 12}}
            adapter: {uses: train, from: {tokens: tokens, method: [small, large]}}
            other: {uses: train, from: {tokens: tokens, method: small}}
            all: {uses: compare, from: {adapters: [adapter, other]}}
            """)
        #expect(
            pipeline.stages.map(\.name).suffix(4)
                == ["adapter[method=small]", "adapter[method=large]", "other", "all"])
        #expect(inputs(pipeline, "adapter[method=large]") == ["tokens", "large"])
        #expect(inputs(pipeline, "all") == ["adapter[method=small]", "adapter[method=large]", "other"])
    }

    @Test("an input that gathers takes all instances at once, or those that match")
    func gathering() throws {
        let pipeline = try load(
            """
            tokens: {uses: tokenize, from: rows, matrix: {n: [16, 32]}, with: {tokenizer: models/small, max_length: $(n)}}
            method: {uses: lora, matrix: {r: [4, 8]}, with: {r: $(r)}}
            one: {uses: train, from: {tokens: tokens, method: method}}
            two: {uses: train, from: {tokens: tokens, method: method}, with: {note: b}}
            all: {uses: compare, from: {adapters: [one, two]}}
            each: {uses: compare, from: {adapters: one, tokens: tokens}}
            short: {uses: compare, from: one}
            """)
        let instances = ["n=16,r=4", "n=16,r=8", "n=32,r=4", "n=32,r=8"]
        #expect(inputs(pipeline, "all") == (instances.map { "one[\($0)]" } + instances.map { "two[\($0)]" }))
        #expect(
            inputs(pipeline, "each[n=32]") == ["one[n=32,r=4]", "one[n=32,r=8]", "tokens[n=32]"])
        #expect(inputs(pipeline, "short") == instances.map { "one[\($0)]" })
        let source = pipeline.stage(named: "short")?.inputs[1].source
        #expect(source?.stage == "one")
        #expect(source?.axes == ["n": 16, "r": 8])
    }

    @Test("a person names a stage, an instance, or a part of what it stands on")
    func selection() throws {
        let pipeline = try load(
            "method: {uses: lora, matrix: {r: [4, 8], s: [1, 2]}, with: {r: $(r), lora_alpha: $(s)}}")
        func names(_ selector: String) throws -> [String] { try pipeline.stages(matching: selector).map(\.name) }
        #expect(try names("rows") == ["rows"])
        #expect(try names("method").count == 4)
        #expect(try names("method[r=4,s=2]") == ["method[r=4,s=2]"])
        #expect(try names("method[s=2, r=4]") == ["method[r=4,s=2]"])
        #expect(try names("method[r=8]") == ["method[r=8,s=1]", "method[r=8,s=2]"])
        let wrong = ["methd", "method[r=5]", "method[q=4]", "method[r=4", "rows[r=4]"].map { selector in
            do throws(DiagnosticsError) {
                return try pipeline.stages(matching: selector).map(\.name).joined()
            } catch {
                return project.rendered(error.diagnostics)
            }
        }
        GoldenFile("selection.txt").expect(wrong.joined(separator: "\n\n"))
    }

    @Test("mistakes, each said once")
    func mistakes() {
        let method = "method: {uses: lora, matrix: {r: [4, 8]}, with: {r: $(r)}}"
        let cases = [
            method.replacing("{r: [4, 8]}", with: "4"),
            method.replacing("{r: [4, 8]}", with: "{r: 4}"),
            method.replacing("[4, 8]", with: "[]"),
            method.replacing("{r: [4, 8]}", with: "[]"),
            method.replacing("[4, 8]", with: "[4, 8, 4]"),
            method.replacing("[4, 8]", with: "[4, {a: 1}]"),
            method.replacing("[4, 8]", with: "[4, ~]"),
            method.replacing("[4, 8]", with: "[4, 0]"),
            method.replacing("$(r)", with: "$(rank)"),
            method.replacing("with: {r", with: "with: {rank"),
            method.replacing("{r: [4, 8]}", with: "[{r: 4}, {s: 8}]"),
            method.replacing("{r: [4, 8]}", with: "[{r: 4}, {r: 4}]"),
            method.replacing("{r: [4, 8]}", with: "[4, 8]"),
            method.replacing("matrix", with: "matrx"),
            method.replacing("[4, 8]", with: "[\((1...10_001).map(String.init).joined(separator: ","))]"),
            "tokens: {uses: tokenize, from: rows, matrix: {n: [1, 2]}, with: {tokenizer: models/small, max_length: $(n)}}\n"
                + "method: {uses: lora, matrix: {n: [2, 3]}, with: {r: $(n)}}\n"
                + "adapter: {uses: train, from: {tokens: tokens, method: method}}",
            "tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                + "adapter: {uses: train, from: {tokens: tokens, method: []}}",
            "method: {uses: lora}\ntokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                + "adapter: {uses: train, from: {tokens: tokens, method: [method, method]}}",
            "method: {uses: lora, matrix: {method: [4, 8]}, with: {r: $(method)}}\nother: {uses: lora}\n"
                + "tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                + "adapter: {uses: train, from: {tokens: tokens, method: [method, other]}}",
            "method: {uses: lora, matrix: {n: [1, 2]}, with: {r: $(n)}}\n"
                + "tokens: {uses: tokenize, from: rows, with: {tokenizer: models/small}}\n"
                + "adapter: {uses: train, from: {tokens: tokens, method: method}}\n"
                + "page: {uses: report, from: adapter, matrix: {n: [a, b]}, with: {title: $(n)}}\n",
        ]
        let shown = cases.map { stages in
            let (pipeline, findings) = project.load(text(stages))
            #expect(pipeline == nil, "\(stages)")
            return project.rendered(findings).split(separator: "\n").map { $0.prefix(160) }.joined(separator: "\n")
        }
        GoldenFile("matrix.txt").expect(shown.joined(separator: "\n\n"))
    }

    @Test("an axis may not have a parameter's name, and one that isn't used is a warning")
    func names() {
        let stages = "stages:\n  method: {uses: lora, matrix: {r: [4, 8]}, with: {r: $(r)}}\n"
        let (_, twice) = project.load("version: 1\nname: small\nparams: {r: 8}\n" + stages)
        #expect(twice.map(\.message) == ["the axis `r` has the name of a parameter"])
        let (pipeline, unused) = project.load("version: 1\nname: small\n" + stages.replacing("$(r)", with: "4"))
        #expect(pipeline != nil)
        #expect(unused.map(\.message) == ["the axis `r` of stage `method` is not used"])
    }
}
