import Execution
import JSONValues
import ReportPages
import Reports
import Store

/// What the trainings behind the rows of a comparison took.
///
/// Figures of time and memory are in no artifact, because they differ from run to run; the traces have them.
struct ComparisonCosts {
    struct Column {
        let cost: ReportedComparison.Cost
        /// One for each row of the comparison.
        let values: [Spread?]
    }

    private let stages: [String: RunPlan.Stage]
    private let reports: [String: StoredReport]
    private let size: (String) -> Int?

    /// - Parameters:
    ///   - reports: what the stages reported, by their names.
    ///   - size: of a stage's artifact, in bytes.
    init(_ stages: [RunPlan.Stage], reports: [String: StoredReport], size: @escaping (String) -> Int?) {
        self.stages = Dictionary(stages.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.reports = reports
        self.size = size
    }

    /// The columns of which something is known.
    ///
    /// - Parameter comparison: the name of the stage that compares.
    func columns(of comparison: String) -> [Column] {
        let rows = reports[comparison]?.metrics["rows"].arrayValue ?? []
        let scores = (stages[comparison]?.inputs ?? []).compactMap { stages[$0.stage] }
        let behind = rows.map { row in
            let axes = row["axes"].objectValue ?? [:]
            return scores.filter { stage in
                stage.writtenName == row["stage"].stringValue && axes.allSatisfy { stage.axes[$0.key] == $0.value }
            }
        }
        func column(_ name: String, _ unit: ReportedComparison.Cost.Unit, _ value: (RunPlan.Stage) -> Double?)
            -> Column?
        {
            let values = behind.map { Spread($0.compactMap(value)) }
            return values.allSatisfy { $0 == nil } ? nil : Column(cost: .init(name, unit), values: values)
        }
        return [
            column("trainable parameters", .count) {
                training(behind: $0)?.metrics["trainable_parameters"].doubleValue
            },
            column("training time", .seconds) { training(behind: $0)?.measurements["seconds"].doubleValue },
            column("weights", .bytes) { training(behind: $0)?.measurements["weight_bytes"].doubleValue },
            column("peak memory", .bytes) { training(behind: $0)?.measurements["peak_memory_bytes"].doubleValue },
            column("size on disk", .bytes) { stage in
                stage.inputs.first { ["adapter", "model"].contains($0.input) }.flatMap { size($0.stage) }.map(
                    Double.init)
            },
        ].compactMap { $0 }
    }

    /// What the nearest training that feeds a stage reported.
    private func training(behind stage: RunPlan.Stage) -> StoredReport? {
        var pending = stage.inputs.map(\.stage)
        var seen: Set<String> = []
        while !pending.isEmpty {
            let names = pending.filter { seen.insert($0).inserted }
            let found = names.lazy.compactMap { reports[$0] }.first { !$0.metrics["trainable_parameters"].isNull }
            if let found { return found }
            pending = names.flatMap { stages[$0]?.inputs.map(\.stage) ?? [] }
        }
        return nil
    }
}
