import Foundation
import JSONValues
import StageInterface

/// `compare`: the scores of a sweep in one table.
enum CompareStage: StageKind {
    static let over = Parameter.texts(
        "over", default: ["seed"],
        help: "Axes that a row takes together, as mean and standard deviation; those that no score has are ignored.")
    static let metrics = Parameter<[ScoreMetric]?>.optionalChoices(
        "metrics", help: "The figures of the table; default: those that all scores have.")
    static let sortBy = Parameter<ScoreMetric?>(
        "sort_by", .choice(ScoreMetric.allCases.map(\.rawValue)), default: .absent,
        help: "The figure that orders the rows, the best first; default: the order of the pipeline."
    ) { $0.isNull ? .some(nil) : $0.stringValue.flatMap(ScoreMetric.init) }

    static let declaration = StageDeclaration(
        kind: "compare", version: 1, summary: "Gather the scores of several stages, or of a sweep, in one table",
        discussion: """
            `scores` takes all instances of a stage that fans out, and several stages as a list. Rows that differ only in the \
            axes of `over` become one, with mean, standard deviation (of a sample, so divided by n - 1), least and \
            greatest. Scores of unequal splits or numbers of rows are compared with a warning.
            """,
        parameters: [over.declaration, metrics.declaration, sortBy.declaration],
        inputs: [InputDeclaration("scores", .scores, gathers: true, help: "What is compared.")],
        output: .always(.comparison),
        example: """
            comparison:
              uses: compare
              from: {scores: scores}
              with: {over: [seed], sort_by: accuracy}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let scores = try (context.gathered["scores"] ?? []).map(GatheredScores.init)
        guard !scores.isEmpty else { throw StageFailure("there are no scores to compare", place: .input("scores")) }
        let comparison = try Comparison(
            scores, over: Set(context.parameters[over]), metrics: context.parameters[metrics],
            sortBy: context.parameters[sortBy])
        for warning in comparison.warnings { context.warn(warning) }
        try ArtifactFile.write((comparison.json.pretty + "\n").utf8, Comparison.fileName, in: context.output)
        try ArtifactFile.write(comparison.markdown.utf8, "comparison.md", in: context.output)
        return StageReport(summary: comparison.summary, metrics: comparison.json)
    }
}

/// One of the scores that are compared.
struct GatheredScores {
    let stage: String
    let axes: [String: JSONValue]
    let figures: JSONValue

    /// - Throws: ``StageFailure`` for scores that can't be read.
    init(_ artifact: GatheredArtifact) throws {
        stage = artifact.stage
        axes = artifact.axes
        let file = URL(fileURLWithPath: artifact.path).appending(path: ScoresFile.name)
        do {
            figures = try JSONValue(parsing: Array(Data(contentsOf: file)))
        } catch {
            throw StageFailure(
                "the scores of stage `\(artifact.stage)` can't be read: \(error)", place: .input("scores"))
        }
    }
}
