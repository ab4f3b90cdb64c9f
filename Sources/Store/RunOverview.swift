package import Foundation
import JSONValues
import SystemPackage

/// What became of a run, as its journal tells it.
package struct RunOverview: Sendable, Hashable {
    /// How a run ended, if it has.
    package enum State: String, Sendable {
        case done
        case failed
        /// It was asked to stop.
        case stopped
        /// It left no last word, and its process is gone.
        case killed
        case running
    }

    package let run: String
    /// The pipeline's name.
    package let pipeline: String
    /// The pipeline's file, as it was given.
    package let file: String
    package let state: State
    /// When it began, nil where its name does not say.
    package let began: Date?
    /// How long it took, in seconds; of a killed run until its last event.
    package let seconds: Double?
    /// How each stage ended, of those that were begun.
    package let stages: [StageEnd]

    /// How one stage ended in a run.
    package struct StageEnd: Sendable, Hashable {
        package let stage: String
        /// `ran`, `hit`, `failed` or `stopped`.
        package let state: String
        /// In seconds.
        package let seconds: Double
        package let key: StoreKey?
        package let output: ContentDigest?
        package let why: String
    }

    package func count(_ state: String) -> Int { stages.count { $0.state == state } }

    /// How a stage ended, nil if it was not begun or was not done when the run was killed.
    package func end(of stage: String) -> StageEnd? { stages.last { $0.stage == stage } }
}

extension Store {
    /// What became of a run; nil where its journal says nothing.
    ///
    /// - Throws: ``StoreError`` for a journal that cannot be read.
    package func overview(of run: String) throws -> RunOverview? {
        // Asked first: a run that ends meanwhile has its last event then.
        let isAlive = isAlive(run)
        let events = try events(of: run)
        guard let first = events.first(where: { $0["event"] == "began" }) else { return nil }
        let stages = events.filter { $0["event"] == "finished" }.map { event in
            RunOverview.StageEnd(
                stage: event["stage"].stringValue ?? "", state: event["state"].stringValue ?? "",
                seconds: event["seconds"].doubleValue ?? 0,
                key: event["key"].stringValue.flatMap { StoreKey(hexadecimal: $0) },
                output: event["output"].stringValue.flatMap { ContentDigest(hexadecimal: $0) },
                why: event["why"].stringValue ?? "")
        }
        let last = events.last { $0["event"] == "ended" }
        let expected = first["stages"].arrayValue?.count ?? 0
        let state = last.flatMap { $0["state"].stringValue }.flatMap(RunOverview.State.init)
        let began = Self.date(ofRun: run)
        return RunOverview(
            run: run, pipeline: first["pipeline"].stringValue ?? "", file: first["file"].stringValue ?? "",
            state: state ?? (isAlive ? .running : Self.state(stages, of: expected)), began: began,
            seconds: last?["seconds"].doubleValue ?? began.flatMap { seconds(since: $0, run: run, isAlive: isAlive) },
            stages: stages)
    }

    /// The state of a run whose process is gone and that has no last event, as versions before such events left it.
    private static func state(_ stages: [RunOverview.StageEnd], of expected: Int) -> RunOverview.State {
        if stages.contains(where: { $0.state == "failed" }) { return .failed }
        if stages.contains(where: { $0.state == "stopped" }) { return .stopped }
        return stages.count >= expected ? .done : .killed
    }

    private func seconds(since began: Date, run: String, isAlive: Bool) -> Double? {
        if isAlive { return max(0, Date.now.timeIntervalSince(began)) }
        guard let stat = try? layout.journal(of: run).path.stat() else { return nil }
        let last = Double(FileStatus(stat).modified) / 1e9
        return max(0, last - began.timeIntervalSince1970)
    }

    /// When a run began, as its name says, to the second.
    static func date(ofRun run: String) -> Date? {
        let parts = (run.prefix(19) + "Z").split(separator: "T")
        guard parts.count == 2 else { return nil }
        return try? Date("\(parts[0])T\(parts[1].replacing("-", with: ":"))", strategy: .iso8601)
    }
}
