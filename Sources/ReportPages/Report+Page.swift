import Foundation
import Reports

extension Report {
    /// More than these are counted and not shown.
    enum Limits {
        static let scores = 12
        static let trainings = 24
        static let comparisons = 6
        static let rows = 400
        static let plottedRows = 40
        static let classes = 20
        static let recipeLines = 2000
        static let findings = 60
        /// Characters of a row's text, and of a line of a recipe.
        static let text = 600
    }

    /// The page: one document that needs nothing else, with no script in it. The same report gives the same bytes.
    package var page: String {
        let sections = sections.filter { !$0.body.text.isEmpty }
        let links = sections.map { "<li><a href=\"#\($0.id)\">\($0.title)</a></li>" as HTML }
        let bodies = sections.map { section -> HTML in
            "<section id=\"\(section.id)\"><h2>\(section.title)</h2>\n\(section.body)</section>\n"
        }
        let html: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
            <link rel="icon" href="data:,">
            <title>\(title)</title>
            <style>
            \(Style.css)
            </style>
            </head>
            <body>
            <header><h1>\(title)</h1>\(subtitle.isEmpty ? .empty : "<p>\(subtitle)</p>" as HTML)\(Self.list(facts))</header>
            \(findingList)<nav aria-label="Sections"><ul>\(links)</ul></nav>
            <main>
            \(bodies)</main>
            </body>
            </html>

            """
        return html.text
    }

    private struct Section {
        let id: HTML
        let title: String
        let body: HTML
    }

    private var sections: [Section] {
        [
            Section(id: "scores", title: "Scores", body: scoreTable),
            Section(id: "comparison", title: "Comparison", body: comparisonSection),
            Section(id: "graph", title: "Graph", body: graphSection),
            Section(id: "curves", title: "Learning curves", body: curveSection),
            Section(id: "classes", title: "Classes and errors", body: errorSection),
            Section(id: "recipe", title: "Recipe", body: recipeSection),
            Section(id: "environment", title: "Environment", body: Self.list(environment)),
            Section(id: "digests", title: "Digests", body: digestSection),
        ]
    }

    // MARK: - Lists

    private static func list(_ facts: [Fact]) -> HTML {
        guard !facts.isEmpty else { return .empty }
        let rows = facts.map { fact -> HTML in
            let remark: HTML = fact.remark.isEmpty ? .empty : " <span class=\"quiet\">\(fact.remark)</span>"
            return "<dt>\(fact.name)</dt><dd>\(fact.value.cut(to: Limits.text))\(remark)</dd>\n"
        }
        return "<dl class=\"facts\">\n\(rows)</dl>\n"
    }

    private var findingList: HTML {
        let shown = findings.prefix(Limits.findings).map { finding -> HTML in
            let stage: HTML = finding.stage.isEmpty ? .empty : "stage <code>\(finding.stage)</code>: "
            let help: HTML = finding.help.isEmpty ? .empty : "<br><span class=\"quiet\">Help: \(finding.help)</span>"
            return """
                <p class="finding \(finding.severity)"><strong>\(finding.severity):</strong> \(stage)\
                \(finding.message.cut(to: 2 * Limits.text))\(help)</p>

                """
        }
        return shown.joined() + HTML.rest(findings.count - shown.count, "finding")
    }

    // MARK: - Scores

    private var scoreTable: HTML {
        guard !scores.isEmpty else { return .empty }
        let names = scores.reduce(into: [String]()) { names, scores in
            for figure in scores.figures where !names.contains(figure.name) { names.append(figure.name) }
        }
        var table = Table(
            [.init("stage", "name"), .init("split"), .init("rows", "number")] + names.map { .init($0, "number") },
            mostRows: Limits.rows)
        for scores in scores {
            let figures = names.map { name in
                scores.figures.first { $0.name == name }.map { Figures.number($0.value) } ?? ""
            }
            table.append([scores.stage, scores.split, scores.rows.map(Figures.count) ?? ""] + figures)
        }
        return table.html
    }

    private var errorSection: HTML {
        let told = scores.filter { !$0.confusion.isEmpty || !$0.classes.isEmpty || $0.errors != nil }
        let shown = told.prefix(Limits.scores)
        let areOpen = shown.count <= 3
        let parts = shown.map { scores -> HTML in
            let body = scores.body
            guard told.count > 1 else { return "<h3>\(scores.stage)</h3>\n\(body)" }
            return """
                <details\(areOpen ? " open" : "" as HTML)><summary><strong>\(scores.stage)</strong> \
                <span class="quiet">\(scores.headline)</span></summary>
                \(body)</details>

                """
        }
        return parts.joined() + HTML.rest(told.count - shown.count, "scoring stage")
    }

    // MARK: - Comparison

    private var comparisonSection: HTML {
        comparisons.prefix(Limits.comparisons).map(\.html).joined()
            + HTML.rest(comparisons.count - Limits.comparisons, "comparison")
    }

    // MARK: - Graph

    private var graphSection: HTML {
        guard let graph, !graph.stages.isEmpty else { return .empty }
        let drawing: HTML =
            if let drawing = GraphDrawing(graph) {
                """
                <figure><div class="scroll" tabindex="0">\(drawing.svg)</div></figure>
                <p class="quiet">Bold outline: ran in this run. Thin: a hit, its result was in the store. Very bold: failed. \
                Dashed: stopped, killed or running. Dotted: not begun.</p>

                """
            } else {
                "<p class=\"quiet\">There are too many stages to draw.</p>\n"
            }
        var table = Table(
            [
                .init("stage", "name"), .init("kind"), .init("state"), .init("time", "number"),
                .init("computed in", "number"), .init("why", "words"), .init("result", "words"),
            ], mostRows: Limits.rows)
        for stage in graph.stages {
            table.append([
                stage.name, stage.kind, stage.state,
                stage.state == "hit" ? "" : stage.seconds.map(Figures.duration) ?? "",
                stage.computedSeconds.map(Figures.duration) ?? "", stage.why.cut(to: 200), stage.summary.cut(to: 200),
            ])
        }
        return drawing + table.html
    }

    // MARK: - Curves

    private var curveSection: HTML {
        let drawn = TrainingCharts.grouped(trainings)
        let shown = drawn.prefix(Limits.trainings).map(\.figures).joined()
        let found = searches.prefix(Limits.trainings).map(\.figure).joined()
        let left = max(0, drawn.count - Limits.trainings) + max(0, searches.count - Limits.trainings)
        guard !shown.text.isEmpty || !found.text.isEmpty else { return .empty }
        return "<div class=\"grid-of-figures\">\n\(found)\(shown)</div>\n" + HTML.rest(left, "curve")
    }

    // MARK: - Recipe and digests

    private var recipeSection: HTML {
        guard !recipe.isEmpty || !parameters.isEmpty else { return .empty }
        var html: HTML = .empty
        if !parameters.isEmpty {
            html += "<h3>Parameters of this run</h3>\n" + Self.list(parameters)
        }
        var left = Limits.recipeLines
        for file in recipe {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            let own = lines.last?.isEmpty == true ? lines.dropLast() : lines[...]
            let shown = own.prefix(max(0, left)).map { line -> HTML in
                let line = line.hasSuffix("\r") ? line.dropLast() : line
                return "<span class=\"line\">\(String(line).cut(to: Limits.text))</span>"
            }
            left -= own.count
            html += "<h3><code>\(file.path)</code></h3>\n<pre>\(shown)</pre>\n"
            html += HTML.rest(own.count - shown.count, "line")
        }
        return html
    }

    private var digestSection: HTML {
        guard !digests.isEmpty else { return .empty }
        var table = Table(
            [.init("stage", "name"), .init("key", "digest"), .init("result", "digest")], mostRows: Limits.rows)
        for stage in digests { table.append([stage.stage, stage.key, stage.output]) }
        var html: HTML = """
            <p>A stage's key is the SHA-256 of all that its result depends on, and its result is named by the SHA-256 of the \
            list of its files. Who gets the same keys computed the same, and who gets the same results has the same bytes.</p>

            """
        html += table.html
        var files = Table(
            [.init("stage", "name"), .init("file read, by its parameter", "name"), .init("SHA-256", "digest")],
            mostRows: Limits.rows)
        for stage in digests { for file in stage.files { files.append([stage.stage, file.name, file.value]) } }
        return files.isEmpty ? html : html + "<h3>Files that were read</h3>\n" + files.html
    }
}

extension String {
    /// The text, and where it has more characters how much is left out.
    func cut(to count: Int) -> String {
        // Counting all characters of a long text would take longer than showing it.
        guard utf8.count > count else { return self }
        let beginning = prefix(count)
        let left = utf8.count - beginning.utf8.count
        return left > 0 ? beginning + "… (\(Figures.bytes(left)) more)" : self
    }
}
