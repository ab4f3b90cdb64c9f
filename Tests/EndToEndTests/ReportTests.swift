import Foundation
import JSONValues
import TestSupport
import Testing

/// Pages of runs and of stages, through the built programs.
@Suite("Reports, end to end", .ownThread)
struct ReportTests {
    private static let sweep =
        TinyProject.beginning() + """
              method: {uses: lora, with: {r: 2, target_modules: [query]}}
              adapter:
                uses: train
                from: {tokens: tokens, method: method}
                matrix: {seed: [1, 2]}
                with: {model: models/tiny, epochs: 2, batch_size: 8, learning_rate: 0.01, seed: $(seed)}
              scores: {uses: evaluate, from: {adapter: adapter, tokens: tokens}}
              comparison: {uses: compare, from: scores, with: {over: [], sort_by: accuracy}}
              page:
                uses: report
                from: {scores: scores, trainings: adapter, comparisons: comparison, dataset: rows}
                with: {title: Tiny}

            """

    private func check(_ text: String, has words: [String]) {
        for words in words {
            let isThere = text.contains(words)
            #expect(isThere, "\(words)")
        }
    }

    @Test("a run's page has its recipe, graph, curves, scores, errors, costs, environment and digests")
    func page() throws {
        try TinyProject.with { project in
            try project.write(Self.sweep, to: "p.yaml")
            let first = try project.run()
            #expect(first.ended.status == 0, "\(first.ended.errors)")
            let made = try project.program("report", "-o", "out.html")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output == "out.html\n")
            let file = project.folder.appending(path: "out.html")
            let page = try String(contentsOf: file, encoding: .utf8)
            check(
                page,
                has: [
                    "<h1>tiny</h1>", "9 stages: 9 ran", "  tokens:</span>", "evaluate, 2 instances", "adapter[seed=2]",
                    "trainable parameters", "peak memory", "training time", "size on disk", "Worst errors",
                    "Confusion matrix", "<dt>LibTorch</dt>", "<dt>threads</dt><dd>1</dd>",
                    try #require(first.stages["adapter[seed=1]"]?["digest"].stringValue),
                    "<td class=\"name\">source</td>",
                ])
            let isUnknown = page.contains("its text is not known here")
            #expect(!isUnknown)

            // The same costs stand in the table of the terminal.
            let table = try project.program("metrics", "p.yaml", "comparison", "--threads", "1").output
            check(table, has: ["trainable parameters", "training time", "peak memory", "size on disk", " kB"])

            // The stage's own page has nothing of the machine, and is the same whoever makes it.
            let shown = try project.program("show", "p.yaml", "page", "--path", "--threads", "1")
            let folder = shown.output.trimmingCharacters(in: .newlines)
            let own = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
            check(own, has: ["<h1>Tiny</h1>", "scores[seed=2]", "</svg> seed=1</li>", "Worst errors"])
            #expect(!own.contains("LibTorch") && !own.contains("first run"))
            let forced = try project.run("--only", "page", "--force")
            #expect(forced.stages["page"]?["digest"] == first.stages["page"]?["digest"])

            // What it cost stays known where all is found again.
            let again = try project.run()
            #expect(Set(project.states(again.stages).values) == ["hit"])
            let hits = try project.program("report", "p.yaml", "-o", "-")
            check(hits.output, has: ["9 stages: 9 hits", "peak memory", "computed in"])

            guard let browser = Browser.installed else { return }
            let opened = try browser.open(file)
            #expect(opened.complaints == [])
            #expect(opened.document.contains("<section id=\"digests\">"))
        }
    }

    @Test("a run that failed tells why, and runs of before tell what is known of them")
    func failures() throws {
        try TinyProject.with { project in
            let pipeline = TinyProject.pipeline(method: "{uses: lora, with: {r: 2, target_modules: [nothing]}}")
            try project.write(pipeline, to: "p.yaml")
            #expect(try project.run().ended.status == 1)
            let page = try project.program("report", "last", "-o", "-").output
            check(page, has: ["finding error", "failed", "not begun", "nothing"])

            // A journal without a plan, as it was kept before.
            let runs = project.folder.appending(path: ".peft-pipeline/runs")
            let old = #"{"event":"began","file":"old.yaml","pipeline":"old","stages":["a"]}"# + "\n"
            try Data(old.utf8).write(to: runs.appending(path: "2020-01-01T00-00-00.000Z-000000.ndjson"))
            let before = try project.program("report", "2020", "-o", "-")
            #expect(before.status == 0)
            check(before.output, has: ["<h1>old</h1>", "recorded without its recipe and graph", "killed"])
        }
    }

    @Test("what is no longer in the store is said")
    func gone() throws {
        try TinyProject.with { project in
            let run = try project.run("--only", "scores")
            let digest = try #require(run.stages["scores"]?["digest"].stringValue)
            let objects = project.folder.appending(path: ".peft-pipeline/objects")
            try FileManager.default.moveItem(
                at: objects.appending(path: "\(digest.prefix(2))/\(digest)"),
                to: project.folder.appending(path: "elsewhere"))
            let made = try project.program("report")
            #expect(made.status == 0)
            #expect(made.errors.contains("the result of stage `scores` is no longer in the store"), "\(made.errors)")
            let name = made.output.trimmingCharacters(in: .newlines)
            #expect(name.hasPrefix("report-2") && name.hasSuffix(".html"))
            let page = try String(contentsOf: project.folder.appending(path: name), encoding: .utf8)
            check(page, has: ["no longer in the store", "training loss"])
        }
    }

    @Test("mistakes end with 2 and a remedy")
    func mistakes() throws {
        try TinyProject.with { project in
            let nowhere = try project.program("report")
            #expect(nowhere.status == 2)
            #expect(nowhere.errors.contains("there is no store"))
            _ = try project.run("--only", "rows")
            for (arguments, words) in [
                (["report", "last~4"], "no run or pipeline that was run is named `last~4`"),
                (["report", "-o", "nowhere/a.html"], "there is no folder"), (["report", "-o", "."], "is a folder"),
                (["report", "--errors=-1"], "expected a number from 0 to 1000"),
            ] {
                let ended = try project.program.run(arguments)
                #expect(ended.status == 2, "\(arguments)")
                #expect(ended.errors.contains(words), "\(ended.errors)")
            }
            let json = try project.program("report", "--json", "-o", "a.html")
            let value = try JSONValue(parsing: json.output)
            #expect(value["report"] == "a.html" && value["pipeline"] == "tiny")
        }
    }
}
