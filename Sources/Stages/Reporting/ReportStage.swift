import Foundation
import JSONValues
import ReportPages
import StageInterface

/// `report`: what other stages found, as one page for a browser.
enum ReportStage: StageKind {
    static let title = Parameter.text("title", default: "Report", help: "The heading of the page.")
    static let errors = Parameter.integer(
        "errors", default: 20, in: 0...1000, help: "How many of the worst errors of each stage that scores are shown.")

    static let declaration = StageDeclaration(
        kind: "report", version: 1, summary: "Make a page of scores, curves, comparisons and errors",
        discussion: """
            `report.html` is one file that needs nothing else: no network, no script. It follows light and dark, prints, and \
            reads without colours. Each input takes any number of stages. With `dataset` the errors have their texts: where \
            there are several, each scoring stage gets the one whose axes fit. The page has nothing of the machine or the \
            hour; `peft-pipeline report` makes one of a whole run, with its recipe, graph, times and digests.
            """,
        parameters: [title.declaration, errors.declaration],
        inputs: [
            InputDeclaration("scores", .scores, isRequired: false, gathers: true, help: "What was scored."),
            InputDeclaration("trainings", .adapter, isRequired: false, gathers: true, help: "Whose curves are drawn."),
            InputDeclaration("comparisons", .comparison, isRequired: false, gathers: true, help: "Tables and plots."),
            InputDeclaration(
                "rates", .learningRates, isRequired: false, gathers: true, help: "Searches for a learning rate."),
            InputDeclaration(
                "dataset", .dataset, isRequired: false, gathers: true,
                help: "The rows that were scored, for their texts."),
        ],
        output: .always(.report),
        example: """
            page:
              uses: report
              from: {scores: scores, trainings: adapter, dataset: reviews}
              with: {title: Reviews, errors: 20}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        func gathered(_ name: String) -> [GatheredArtifact] { context.gathered[name] ?? [] }
        guard ["scores", "trainings", "comparisons", "rates"].contains(where: { !gathered($0).isEmpty }) else {
            throw StageFailure(
                "there is nothing to report",
                help: "connect `scores`, `trainings`, `comparisons` or `rates` under `from:`")
        }
        var report = Report(title: try context.parameters[title])
        let most = try context.parameters[errors]
        for part in gathered("comparisons") {
            report.comparisons.append(try ArtifactReading.comparison(part.name, in: part.path))
        }
        for part in gathered("trainings") {
            if let training = try ArtifactReading.training(part.name, in: part.path) {
                report.trainings.append(training)
            }
        }
        for part in gathered("rates") {
            report.searches.append(try ArtifactReading.search(part.name, in: part.path))
        }
        for part in gathered("scores") {
            let dataset = gathered("dataset").first { $0.fits(part) }
            report.scores.append(
                try ArtifactReading.scores(part.name, in: part.path, dataset: dataset?.path, mostErrors: most))
        }
        let page = report.page
        try ArtifactFile.write(page.utf8, "report.html", in: context.output)
        let parts = report.scores.count + report.trainings.count + report.comparisons.count + report.searches.count
        return StageReport(
            summary: "\(parts) \(parts == 1 ? "part" : "parts")",
            metrics: ["parts": .int(parts), "bytes": .int(page.utf8.count)])
    }
}

extension GatheredArtifact {
    /// Whether no axis that both have says something else.
    fileprivate func fits(_ other: GatheredArtifact) -> Bool {
        axes.allSatisfy { axis, value in other.axes[axis].map { $0 == value } ?? true }
    }
}
