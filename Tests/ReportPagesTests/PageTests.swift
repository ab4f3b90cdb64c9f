import Foundation
import Reports
import TestSupport
import Testing

@testable import ReportPages

@Suite("The page")
struct PageTests {
    @Test("the same report gives the same bytes, those that were looked at")
    func golden() {
        let page = SampleReport.report.page
        #expect(page == SampleReport.report.page)
        GoldenFile("sample.html").expect(page)
    }

    @Test("what data and recipes say is text, and what would not show gets a sign")
    func escaping() {
        let hostile = "</pre><script>alert('1' & \"2\")</script>\u{202E}\u{0}"
        var report = Report(title: hostile)
        report.subtitle = hostile
        report.facts = [.init(hostile, hostile, remark: hostile)]
        report.findings = [.init(severity: "error", stage: hostile, message: hostile, help: hostile)]
        report.recipe = [.init(path: hostile, text: hostile + "\n\tb")]
        report.graph = ReportedGraph(stages: [
            .init(name: hostile, writtenName: hostile, kind: hostile, state: hostile, why: hostile, summary: hostile)
        ])
        report.trainings = [
            .init(
                stage: hostile, losses: [1, 2], epochs: [.init(epoch: 1, figures: [Figure(hostile, 1)])], bestEpoch: 1)
        ]
        var scores = ReportedScores(stage: hostile, split: hostile, rows: 1, figures: [Figure(hostile, 1)])
        scores.labels = [hostile, "b"]
        scores.confusion = [[1, 0], [0, 1]]
        scores.errors = WorstErrors(
            rows: [.init(id: hostile, text: hostile, pair: hostile, expected: hostile, predicted: hostile, measure: 1)],
            wrong: 1, total: 1, measure: hostile)
        report.scores = [scores]
        report.comparisons = [
            .init(stage: hostile, metrics: [hostile], rows: [.init(name: hostile, count: 1, figures: [Spread([1])])])
        ]
        report.environment = [.init(hostile, hostile)]
        report.digests = [.init(stage: hostile, key: hostile, output: hostile, files: [.init(hostile, hostile)])]
        let page = report.page
        #expect(!page.contains("<script"))
        #expect(page.contains("&lt;script&gt;alert(&#39;1&#39; &amp; &quot;2&quot;)&lt;/script&gt;&lt;U+202E&gt;␀"))
        #expect(!page.unicodeScalars.contains("\u{202E}") && !page.unicodeScalars.contains("\u{0}"))
        #expect(HTML.escaped("a\tb\nc") == "a\tb\nc")
    }

    @Test("an empty report is a page as well, and so is one whose parts are empty")
    func empty() {
        let page = Report(title: "nothing").page
        #expect(page.hasPrefix("<!DOCTYPE html>\n"))
        #expect(!page.contains("<section"))
        var report = Report(title: "hollow")
        report.graph = ReportedGraph(stages: [])
        report.trainings = [.init(stage: "a", losses: [], epochs: [], bestEpoch: 0)]
        report.scores = [ReportedScores(stage: "s", split: "", rows: nil, figures: [])]
        report.comparisons = [.init(stage: "c", metrics: [], rows: [])]
        report.searches = [.init(stage: "r", points: [], suggestion: nil)]
        report.recipe = [.init(path: "", text: "")]
        #expect(report.page.contains("hollow"))
    }

    @Test("figures that are no numbers, of one value or far apart draw something")
    func oddNumbers() {
        var report = Report(title: "odd")
        report.trainings = [
            .init(stage: "a", losses: [.nan, .infinity, 1], epochs: [], bestEpoch: 0),
            .init(stage: "b", losses: [1e300, -1e300, 0], epochs: [], bestEpoch: 9),
            .init(stage: "d", losses: [1.7e308, -1.7e308, 1e-308, 0], epochs: [], bestEpoch: 0),
            .init(stage: "e", losses: [.leastNonzeroMagnitude, .leastNormalMagnitude], epochs: [], bestEpoch: 0),
            .init(
                stage: "c", losses: [0.5], epochs: [.init(epoch: 1, figures: [Figure("accuracy", .nan)])], bestEpoch: 1),
        ]
        report.searches = [
            .init(stage: "r", points: [.init(rate: 0, loss: 1), .init(rate: -1, loss: 1)], suggestion: 0)
        ]
        var comparison = ReportedComparison(
            stage: "c", metrics: ["m"],
            rows: [
                .init(name: "x", count: 1, figures: [Spread([1e300])], costs: [Spread([1e300])]),
                .init(name: "y", count: 1, figures: [Spread([-1e300])], costs: [Spread([1e-300])]),
                .init(name: "z", count: 1, figures: [nil], costs: [nil]), .init(name: "w", count: 1, figures: []),
            ])
        comparison.costs = [.init("seconds", .seconds)]
        report.comparisons = [comparison]
        var scores = ReportedScores(stage: "s", split: "test", rows: .max, figures: [])
        scores.labels = ["a", "b"]
        scores.confusion = [[.max, .max], [.min, .min]]
        report.scores = [scores]
        let page = report.page
        for word in ["\"nan", "\"inf"] {
            let isThere = page.contains(word)
            #expect(!isThere, "\(word)")
        }
    }

    @Test(
        "a cost that is no cost is nothing, and one beyond all bounds the largest",
        arguments: [ReportedComparison.Cost.Unit.count, .bytes, .seconds])
    func oddCosts(unit: ReportedComparison.Cost.Unit) {
        let cost = ReportedComparison.Cost("c", unit)
        for value in [-Double.infinity, -1e300, -1, .nan] { #expect(cost.text(value) == cost.text(0)) }
        #expect(cost.text(1e300) == cost.text(1e15))
        #expect(cost.text(1234.4) != cost.text(0))
    }

    @Test("huge reports stay small: what is left out is counted")
    func bounds() {
        var report = Report(title: "huge")
        let long = String(repeating: "word ", count: 100_000)
        report.recipe = [.init(path: "p.yaml", text: String(repeating: "line\n", count: 100_000))]
        report.graph = ReportedGraph(
            stages: (0..<10_000).map {
                .init(
                    name: "a[\($0)]", writtenName: "a\($0 % 200)", kind: "k", gives: "t\($0)", state: "ran",
                    summary: long)
            })
        let losses = (0..<5000).map { Double($0 % 97) }
        report.trainings = (0..<500).map { number in
            .init(stage: "t\(number)", losses: losses, epochs: [], bestEpoch: 0)
        }
        let confusion = (0..<100).map { row in (0..<100).map { ($0 + row) % 3 } }
        report.scores = (0..<500).map { number in
            var scores = ReportedScores(stage: "s\(number)", split: "test", rows: 1, figures: [Figure("accuracy", 1)])
            scores.labels = (0..<100).map(String.init)
            scores.confusion = confusion
            scores.errors = WorstErrors(
                rows: (0..<20).map {
                    .init(id: "\($0)", text: long, expected: long, predicted: long, measure: 1)
                }, wrong: 20, total: 20, measure: "probability")
            return scores
        }
        report.findings = (0..<5000).map { .init(severity: "warning", message: "\($0) \(long)") }
        report.digests = (0..<10_000).map { .init(stage: "s\($0)", key: "k", output: "o") }
        let page = report.page
        #expect(page.utf8.count < 4_000_000, "\(page.utf8.count)")
        for words in [
            "98,000 more lines are not shown", " kB more)", "There are too many stages to draw",
            "9,600 more rows are not shown", "476 more curves are not shown",
            "488 more scoring stages are not shown",
            "mean of 21 steps", "4,940 more findings are not shown",
        ] {
            let isThere = page.contains(words)
            #expect(isThere, "\(words)")
        }
    }

    @Test("a page asks for nothing of other places and has no script")
    func selfContained() {
        let page = SampleReport.report.page
        for word in ["http:", "https:", "<script", "<img", "@import", "src=", "onload"] {
            let isThere = page.contains(word)
            #expect(!isThere, "\(word)")
        }
        #expect(page.contains("default-src 'none'"))
    }
}
