package import Execution
import JSONValues
package import Pipelines
package import StageInterface
package import Store

/// How results compare with those of a lock.
package struct Reproduction: Sendable {
    package enum Verdict: Sendable, Hashable {
        /// The same bytes.
        case same
        /// Other bytes, and the figures that differ.
        case other([Figure])
        /// It has no result, because it or a stage before it failed.
        case missing
        /// The lock does not know the stage.
        case new
        /// The pipeline has the stage no more.
        case gone
    }

    /// A number that a stage reported.
    package struct Figure: Sendable, Hashable {
        package let name: String
        /// Nil where that side has none.
        package let locked: Double?
        package let here: Double?
    }

    package struct StageResult: Sendable {
        package let stage: String
        package let verdict: Verdict
        package let locked: ContentDigest?
        package let here: ContentDigest?
        /// It was computed in this run, not found in the store.
        package let wasComputed: Bool
        /// It or what it reads depends on the machine, and this one is of another class than the lock's.
        package let mayDiffer: Bool
    }

    package let stages: [StageResult]
    /// What differs between the numerics class of the lock and this one's, in words.
    package let numericsDifferences: [String]

    /// - Parameters:
    ///   - records: of a run of all stages of the pipeline.
    ///   - numerics: of that run.
    package init(
        _ records: [StageRecord], of pipeline: Pipeline, against lock: LockedPipeline, numerics: NumericsClass
    ) {
        var differences: [String] = []
        func compare(_ what: String, _ locked: some CustomStringConvertible, _ here: some CustomStringConvertible) {
            if "\(locked)" != "\(here)" { differences.append("\(what) \(locked) → \(here)") }
        }
        compare("device", lock.numerics.device, numerics.device)
        compare("threads", lock.numerics.threads, numerics.threads)
        compare("LibTorch", lock.numerics.library, numerics.library)
        numericsDifferences = differences

        var results: [StageResult] = []
        // Those that compute in another class, and those that read what came of that.
        var affected: Set<String> = []
        let ends = Dictionary(records.map { ($0.stage, $0) }, uniquingKeysWith: { first, _ in first })
        for stage in pipeline.graph.stages {
            guard let record = ends[stage.name] else { continue }
            let isAffected =
                !differences.isEmpty
                && (stage.declaration.compute == .tensors || stage.feeders.contains(where: affected.contains))
            if isAffected { affected.insert(stage.name) }
            let here = record.digest.flatMap { ContentDigest(hexadecimal: $0) }
            let locked = lock.stages[record.stage]
            let verdict: Verdict
            if here == nil {
                verdict = .missing
            } else if let locked {
                verdict = locked.output == here ? .same : .other(Self.figures(locked, record))
            } else {
                verdict = .new
            }
            results.append(
                StageResult(
                    stage: record.stage, verdict: verdict, locked: locked?.output, here: here,
                    wasComputed: record.state == .ran, mayDiffer: isAffected))
        }
        let known = Set(records.map(\.stage))
        for (name, locked) in lock.stages.sorted(by: { $0.key < $1.key }) where !known.contains(name) {
            results.append(
                StageResult(
                    stage: name, verdict: .gone, locked: locked.output, here: nil, wasComputed: false,
                    mayDiffer: false))
        }
        stages = results
    }

    private static func figures(_ locked: LockedStage, _ record: StageRecord) -> [Figure] {
        let here = RunComparison.figures(record.report.metrics).compactMapValues(\.doubleValue)
        return Set(locked.figures.keys).union(here.keys).sorted().compactMap { name in
            locked.figures[name] == here[name]
                ? nil : Figure(name: name, locked: locked.figures[name], here: here[name])
        }
    }

    /// Whether every stage of the lock gave the same bytes.
    package var isExact: Bool { stages.allSatisfy { $0.verdict == .same } }

    /// Whether nothing differs but what may, because the numerics class is another.
    package var isAsExpected: Bool {
        stages.allSatisfy { stage in
            switch stage.verdict {
            case .same: true
            case .other: stage.mayDiffer
            case .missing, .new, .gone: false
            }
        }
    }
}

/// How the files that a pipeline reads compare with those of a lock.
package struct InputComparison: Sendable {
    /// Files of other content, with the digests.
    package let changed: [(path: String, locked: LockedInput, here: LockedInput)]
    /// Files that the pipeline read then and does not now, and the other way around.
    package let gone: [String]
    package let new: [String]

    package init(_ here: [String: LockedInput], against locked: [String: LockedInput]) {
        changed = locked.keys.sorted().compactMap { path in
            guard let then = locked[path], let now = here[path], then.digest != now.digest else { return nil }
            return (path, then, now)
        }
        gone = locked.keys.filter { here[$0] == nil }.sorted()
        new = here.keys.filter { locked[$0] == nil }.sorted()
    }
}
