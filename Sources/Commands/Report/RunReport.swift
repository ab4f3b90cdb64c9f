import Diagnostics
import Execution
import Foundation
import JSONValues
import ReportPages
import Reports
import StageInterface
import Stages
import Store
import SystemPackage

/// What a page tells of a run: from its journal, its traces and its artifacts.
struct RunReport {
    private(set) var report: Report
    /// What should be there and can't be read.
    private(set) var faults: [String] = []

    private let overview: RunOverview
    private let events: [JSONValue]
    private let plan: RunPlan?
    private let store: Store
    private let mostErrors: Int
    private let traces: [String: Trace]
    private let stages: [String: RunPlan.Stage]

    /// - Throws: `StoreError` for a journal that can't be read.
    init(_ overview: RunOverview, store: Store, mostErrors: Int) throws {
        self.overview = overview
        self.store = store
        self.mostErrors = mostErrors
        events = try store.events(of: overview.run)
        plan = RunPlan(events: events)
        traces = Dictionary(
            overview.stages.compactMap { end in end.key.flatMap(store.trace).map { (end.stage, $0) } },
            uniquingKeysWith: { _, last in last })
        stages = Dictionary(
            (plan?.stages ?? []).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        report = Report(title: overview.pipeline.isEmpty ? overview.run : overview.pipeline)
        report.subtitle = plan?.description ?? ""
        report.facts = facts
        report.findings = findings
        report.graph = ReportedGraph(stages: names.map(stage))
        report.recipe = (plan?.recipe ?? []).map { Report.RecipeText(path: $0.path, text: $0.text) }
        report.parameters = (plan?.parameters ?? []).map {
            Report.Fact($0.name, $0.value.plainText, remark: $0.origin)
        }
        report.environment = environment
        report.digests = names.compactMap(digests)
        for name in names { add(name) }
        report.findings += faults.map { Report.Finding(severity: "warning", message: $0) }
    }

    /// Those that the run wanted, each after what feeds it.
    private var names: [String] {
        let planned = plan?.stages.map(\.name) ?? []
        return planned.isEmpty ? overview.stages.map(\.stage) : planned
    }

    // MARK: - The run

    private var facts: [Report.Fact] {
        var facts = [
            Report.Fact("run", overview.run), Report.Fact("pipeline", overview.file),
            Report.Fact("state", overview.state.rawValue),
        ]
        if let began = overview.began { facts.append(Report.Fact("began", began.formatted(.iso8601))) }
        if let seconds = overview.seconds { facts.append(Report.Fact("took", Figures.duration(seconds: seconds))) }
        let counts = ["ran", "hit", "failed", "stopped"].compactMap { state -> String? in
            let count = overview.count(state)
            return count == 0
                ? nil : state == "hit" ? Figures.counted(count, "hit") : "\(Figures.count(count)) \(state)"
        }
        let total = Figures.counted(names.count, "stage")
        facts.append(Report.Fact("stages", counts.isEmpty ? total : "\(total): \(counts.joined(separator: ", "))"))
        return facts
    }

    private var findings: [Report.Finding] {
        var findings = events.filter { $0["event"] == "finding" && $0["severity"] != "note" }.map { event in
            let place = event["place"].stringValue.map { " (\($0))" } ?? ""
            return Report.Finding(
                severity: event["severity"].stringValue ?? "warning", stage: event["stage"].stringValue ?? "",
                message: (event["message"].stringValue ?? "") + place, help: event["help"].stringValue ?? "")
        }
        // What was warned of when a result was computed holds for a hit as well.
        for end in overview.stages where end.state == "hit" {
            for warning in traces[end.stage].map({ StoredReport(json: $0.metrics).warnings }) ?? [] {
                findings.append(Report.Finding(severity: "warning", stage: end.stage, message: warning))
            }
        }
        if plan == nil {
            findings.append(
                Report.Finding(
                    severity: "note",
                    message: "this run was recorded without its recipe and graph; run the pipeline again to have them"))
        }
        return findings
    }

    private func stage(_ name: String) -> ReportedGraph.Stage {
        let end = overview.end(of: name)
        let trace = traces[name]
        let planned = stages[name]
        let hasStarted = events.contains { $0["event"] == "started" && $0["stage"].stringValue == name }
        let unfinished = hasStarted ? overview.state == .running ? "running" : "killed" : "not begun"
        return ReportedGraph.Stage(
            name: name, writtenName: planned?.writtenName ?? name,
            kind: planned?.kind ?? trace?.components["kind"].stringValue ?? "", gives: planned?.gives ?? "",
            state: end?.state ?? unfinished,
            seconds: end?.seconds, computedSeconds: end?.state == "hit" ? trace?.duration : nil, why: end?.why ?? "",
            summary: trace.map { StoredReport(json: $0.metrics).summary } ?? "",
            feeders: planned?.inputs.map(\.stage) ?? [])
    }

    private var environment: [Report.Fact] {
        var facts: [Report.Fact] = []
        func add(_ name: String, _ value: String) { if !value.isEmpty { facts.append(Report.Fact(name, value)) } }
        let began = events.first { $0["event"] == "began" } ?? .null
        add("peft-pipeline", began["tool"].stringValue ?? "")
        guard let plan else { return facts }
        add("LibTorch", plan.numerics.library)
        add("device", plan.numerics.device)
        add("threads", plan.numerics.threads > 0 ? Figures.count(plan.numerics.threads) : "")
        add("system", plan.machine.system)
        add("processor", plan.machine.processor)
        add("cores", plan.machine.cores > 0 ? Figures.count(plan.machine.cores) : "")
        add("memory", plan.machine.memory > 0 ? Figures.bytes(plan.machine.memory) : "")
        add("accelerator", plan.machine.accelerator)
        return facts
    }

    // MARK: - Digests

    private func digests(_ name: String) -> Report.StageDigests? {
        guard let end = overview.end(of: name), end.key != nil || end.output != nil else { return nil }
        return Report.StageDigests(
            stage: name, key: end.key?.hexadecimal ?? "", output: end.output?.hexadecimal ?? "",
            files: traces[name].map { Self.files($0.components["parameters"], []) } ?? [])
    }

    /// The digests of content in a key's parameters, by where they stand.
    private static func files(_ value: JSONValue, _ path: [String]) -> [Report.Fact] {
        if let digest = value["sha256"].stringValue {
            return [Report.Fact(path.joined(separator: "."), digest)]
        }
        if let members = value.objectValue {
            return members.sorted { $0.key < $1.key }.flatMap { files($0.value, path + [$0.key]) }
        }
        return (value.arrayValue ?? []).enumerated().flatMap { files($0.element, path + [String($0.offset)]) }
    }

    // MARK: - Artifacts

    /// Adds what a stage's artifact tells.
    private mutating func add(_ name: String) {
        guard let type = stages[name]?.gives, let digest = overview.end(of: name)?.output else { return }
        let readers: [String: (inout RunReport, String) throws -> Void] = [
            ArtifactType.scores.name: { report, folder in
                report.report.scores.append(
                    try ArtifactReading.scores(
                        name, in: folder, dataset: report.dataset(of: name), mostErrors: report.mostErrors))
            },
            ArtifactType.adapter.name: { report, folder in
                if let training = try ArtifactReading.training(name, in: folder) {
                    report.report.trainings.append(training)
                }
            },
            ArtifactType.learningRates.name: { report, folder in
                report.report.searches.append(try ArtifactReading.search(name, in: folder))
            },
            ArtifactType.comparison.name: { report, folder in
                var comparison = try ArtifactReading.comparison(name, in: folder)
                for column in report.costs.columns(of: name) where column.values.count == comparison.rows.count {
                    comparison.costs.append(column.cost)
                    for (index, value) in column.values.enumerated() { comparison.rows[index].costs.append(value) }
                }
                report.report.comparisons.append(comparison)
            },
        ]
        guard let read = readers[type] else { return }
        do {
            guard let folder = try folder(of: digest) else {
                faults.append(
                    "the result of stage `\(name)` is no longer in the store; run the pipeline again to have it")
                return
            }
            try read(&self, folder)
        } catch let error as StoreError {
            faults.append("the result of stage `\(name)` can't be read: \(error.message)")
        } catch {
            faults.append("the result of stage `\(name)` can't be told of: \(error)")
        }
    }

    private var costs: ComparisonCosts {
        ComparisonCosts(plan?.stages ?? [], reports: traces.mapValues { StoredReport(json: $0.metrics) }) { name in
            overview.end(of: name)?.output.flatMap { try? store.manifest(of: $0) }?.size
        }
    }

    private func folder(of digest: ContentDigest) throws -> String? {
        guard case .intact(let object) = try store.object(digest) else { return nil }
        return object.path.string
    }

    /// The stage behind an input.
    private func feeder(_ stage: String, _ input: String) -> String? {
        stages[stage]?.inputs.first { $0.input == input }?.stage
    }

    /// The folder of the rows that a stage scored: its own data set, or the one behind its tokens.
    private func dataset(of scores: String) -> String? {
        let source = feeder(scores, "dataset") ?? feeder(scores, "tokens").flatMap { feeder($0, "dataset") }
        guard let source, let digest = overview.end(of: source)?.output else { return nil }
        return try? folder(of: digest)
    }
}
