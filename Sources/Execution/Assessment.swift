import Diagnostics
import JSONValues
package import Pipelines
import StageInterface
package import Store

/// What is known of a stage before it runs: its key, whether the store has its result, and what changed since the
/// last run.
package struct Assessment: Sendable {
    package let stage: Stage
    package let components: KeyComponents
    /// Nil while an input is not known yet, because the stage that feeds it has to run first.
    package let key: StoreKey?
    package let lookup: Lookup
    /// What the stage's key was made of in the last run of this pipeline.
    package let previous: KeyComponents?
    /// The key in the last run.
    let previousKey: StoreKey?
    /// The stages whose results must be known first.
    package let waitsFor: [String]

    package var isHit: Bool {
        if case .hit = lookup { true } else { false }
    }

    package var changes: [KeyChange] {
        guard let previous else { return [] }
        let unknown = Set(stage.inputs.filter { waitsFor.contains($0.stage) }.map(\.name))
        return components.changes(since: previous).filter { change in
            if case .input(let name) = change.subject { !unknown.contains(name) } else { true }
        }
    }

    /// Why the stage is a hit, or why it has to run, in words.
    package var reasons: [Reason] {
        switch lookup {
        case .hit:
            return [previousKey == nil || previousKey == key ? .unchanged : .computedBefore]
        case .miss(let miss):
            let changes = changes.map { Reason.changed($0, words: words(for: $0)) }
            if !changes.isEmpty { return changes }
            if !waitsFor.isEmpty { return [.after(waitsFor)] }
            if miss.isFault { return [.storeFault("\(miss)")] }
            return [previous == nil ? .firstRun : .resultGone]
        }
    }

    // MARK: - Words

    private func words(for change: KeyChange) -> String {
        switch change.subject {
        case .parameter(let path):
            let location = stage.originDescription(ofParameter: path)
            return "\(path.joined(separator: ".")) \(spelled(change.old)) → \(spelled(change.new)) (\(location))"
        case .content(let path): return "\(spelledPath(path)) changed"
        case .input(let name):
            let feeder = stage.inputs.first { $0.name == name }?.stage
            if change.old.isNull { return "input \(name) is new" }
            if change.new.isNull { return "input \(name) is gone" }
            return feeder.map { $0 == name ? "\(name) changed" : "\(name) (stage \($0)) changed" } ?? "\(name) changed"
        case .implementation:
            return "the stage kind's implementation changed (\(spelled(change.old)) → \(spelled(change.new)))"
        case .numerics(let part): return "\(part) \(spelled(change.old)) → \(spelled(change.new))"
        case .keyFormat: return "keys are made in a new way"
        }
    }

    private func spelled(_ value: JSONValue) -> String {
        let text =
            switch value {
            case .null: "none"
            case .string(let text): text
            default: (try? value.canonical) ?? ""
            }
        return text.count > 48 ? text.prefix(47) + "…" : text
    }

    /// The path of a file that a parameter names, as the pipeline spells it.
    private func spelledPath(_ path: [String]) -> String {
        var value = JSONValue.object(stage.values)
        for (depth, step) in path.enumerated() {
            value = Int(step).map { value[$0] } ?? value[step]
            if let spelled = value.stringValue {
                return ([spelled] + path.dropFirst(depth + 1)).joined(separator: "/")
            }
        }
        return path.joined(separator: ".")
    }
}

/// One reason for what happens to a stage.
package enum Reason: Sendable, Hashable, CustomStringConvertible {
    case unchanged
    /// The store has this result from a run before the last.
    case computedBefore
    /// Another run computed it meanwhile.
    case computedMeanwhile
    case firstRun
    case resultGone
    case storeFault(String)
    case changed(KeyChange, words: String)
    /// It depends on what these stages will give.
    case after([String])
    case forced

    package var description: String {
        switch self {
        case .unchanged: "unchanged"
        case .computedBefore: "as in an earlier run"
        case .computedMeanwhile: "computed by another run meanwhile"
        case .firstRun: "first run"
        case .resultGone: "its result is no longer in the store"
        case .storeFault(let words): words
        case .changed(_, let words): words
        case .after(let stages): "after \(stages.joined(separator: ", "))"
        case .forced: "forced"
        }
    }
}

extension [Reason] {
    /// The reasons in one line.
    package var line: String { map(\.description).joined(separator: "; ") }
}
