import Foundation
import JSONValues
import Reports
import StageInterface

/// Scores side by side, those that differ only in some axes taken together.
struct Comparison {
    /// The file that has ``json``.
    static let fileName = "comparison.json"

    struct Row {
        let stage: String
        let axes: [String: JSONValue]
        /// How many scores it takes together.
        let count: Int
        /// One for each of ``Comparison/metrics``.
        let figures: [Spread]
    }

    private(set) var rows: [Row] = []
    let metrics: [ScoreMetric]
    private(set) var warnings: [String] = []
    private let sortBy: ScoreMetric?

    /// - Parameters:
    ///   - over: axes in which the scores of a row may differ.
    ///   - metrics: the figures; nil for all that every score has.
    /// - Throws: ``StageFailure`` for a figure that some score doesn't have.
    init(
        _ scores: [GatheredScores], over: Set<String>, metrics chosen: [ScoreMetric]?,
        sortBy: ScoreMetric?
    ) throws {
        let common = ScoreMetric.allCases.filter { metric in
            scores.allSatisfy { $0.figures[metric.rawValue].doubleValue != nil }
        }
        metrics = (chosen ?? common) + (sortBy.map { chosen?.contains($0) ?? true ? [] : [$0] } ?? [])
        self.sortBy = sortBy
        for metric in metrics + (sortBy.map { [$0] } ?? []) where !common.contains(metric) {
            let lacking = scores.first { $0.figures[metric.rawValue].doubleValue == nil }?.stage ?? ""
            let names = common.map(\.rawValue).joined(separator: ", ")
            throw StageFailure(
                "the scores of stage `\(lacking)` have no `\(metric.rawValue)`",
                help: names.isEmpty ? "add it to the stage's `metrics`" : "figures that all scores have: \(names)",
                place: .parameter([sortBy == metric ? "sort_by" : "metrics"]))
        }
        guard !metrics.isEmpty else {
            throw StageFailure("the scores have no figure in common", place: .input("scores"))
        }
        for (key, what) in [("split", "splits"), ("rows", "numbers of rows")]
        where Set(scores.map { $0.figures[key] }).count > 1 {
            warnings.append("the scores are of different \(what)")
        }
        rows = Self.groups(scores, over: over).map { group in
            Row(
                stage: group[0].stage, axes: group[0].axes.filter { !over.contains($0.key) }, count: group.count,
                figures: metrics.compactMap { metric in
                    Spread(group.compactMap { $0.figures[metric.rawValue].doubleValue })
                })
        }
        guard let sortBy, let column = metrics.firstIndex(of: sortBy) else { return }
        rows = rows.enumerated().sorted { left, right in
            let (a, b) = (left.element.figures[column].mean, right.element.figures[column].mean)
            return a == b ? left.offset < right.offset : sortBy.isBetter(a, than: b)
        }.map(\.element)
    }

    /// Scores that differ only in some axes, in the order of their first ones.
    private static func groups(_ scores: [GatheredScores], over: Set<String>) -> [[GatheredScores]] {
        struct Place: Hashable {
            let stage: String
            let axes: [String: JSONValue]
        }
        var numbers: [Place: Int] = [:]
        var groups: [[GatheredScores]] = []
        for score in scores {
            let place = Place(stage: score.stage, axes: score.axes.filter { !over.contains($0.key) })
            if let number = numbers[place] {
                groups[number].append(score)
            } else {
                numbers[place] = groups.count
                groups.append([score])
            }
        }
        return groups
    }
}

// MARK: - Spelling

extension Comparison {
    var json: JSONValue {
        [
            "metrics": .array(metrics.map { .string($0.rawValue) }),
            "rows": .array(
                rows.map { row in
                    [
                        "stage": .string(row.stage), "axes": .object(row.axes), "count": .int(row.count),
                        "figures": .object(
                            Dictionary(
                                zip(metrics, row.figures).map { ($0.rawValue, $1.json) },
                                uniquingKeysWith: { first, _ in first })),
                    ]
                }),
        ]
    }

    /// A table for a document.
    var markdown: String {
        let axes = Set(rows.flatMap(\.axes.keys)).sorted()
        let header = ["stage"] + axes + ["scores"] + metrics.map(\.rawValue)
        let lines =
            [header, header.map { _ in "---" }]
            + rows.map { row in
                [row.stage] + axes.map { row.axes[$0]?.plainText ?? "" } + [String(row.count)]
                    + row.figures.map(\.text)
            }
        return lines.map { "| " + $0.joined(separator: " | ") + " |\n" }.joined()
    }

    /// The best row by the figure that orders the rows, or else by the first.
    var summary: String {
        let metric = sortBy ?? metrics[0]
        guard let column = metrics.firstIndex(of: metric), var best = rows.first else { return "" }
        for row in rows.dropFirst() where metric.isBetter(row.figures[column].mean, than: best.figures[column].mean) {
            best = row
        }
        let label = InstanceName.of(best.stage, at: best.axes.mapValues(\.plainText))
        return "best \(metric.rawValue) \(best.figures[column].text): \(label)"
    }
}
