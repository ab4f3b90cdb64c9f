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
    /// The key in the last run of this pipeline.
    let lastKey: StoreKey?
    /// What that key was made of; nil for a hit, and where its record is gone.
    let lastComponents: KeyComponents?
    /// The state of an earlier computation that it goes on from, if it has to run.
    let earlier: EarlierState?
    /// The stages whose results must be known first.
    package let waitsFor: [String]

    package var isHit: Bool {
        if case .hit = lookup { true } else { false }
    }

    /// Why the stage is a hit, or why it has to run, in words.
    package var reasons: [Reason] { reasons(knowing: nil) }

    /// - Parameter fault: what was wrong with the stored result before.
    func reasons(knowing fault: Miss?) -> [Reason] {
        switch lookup {
        case .hit:
            return [lastKey == key ? .unchanged : .computedBefore]
        case .miss(let miss):
            return causes(fault ?? miss) + (earlier.map { [.goesOn(after: $0.description)] } ?? [])
        }
    }

    /// Why it has to run.
    private func causes(_ miss: Miss) -> [Reason] {
        let changes = changes.map { Reason.changed($0, words: words(for: $0)) }
        if !changes.isEmpty { return changes }
        if !waitsFor.isEmpty { return [.after(waitsFor)] }
        if miss.isFault { return [.storeFault("\(miss)")] }
        guard let lastKey else { return [.firstRun] }
        return [lastKey == key ? .resultGone : .lastRunForgotten]
    }

    private var changes: [KeyChange] {
        guard let lastComponents else { return [] }
        let waited = Set(waitsFor)
        let unknown = stage.inputs.filter { waited.contains($0.stage) }
        let names = Set(unknown.map(\.name))
        let addresses = stage.supplied.filter { waited.contains($0.stage) }.map(\.parameter)
        return components.changes(since: lastComponents).filter { change in
            switch change.subject {
            case .input(let name): !names.contains(name)
            case .gathered(_, let stage): !waited.contains(stage)
            case .parameter(let path), .content(let path): !addresses.contains { path.starts(with: $0) }
            default: true
            }
        }
    }

    // MARK: - Words

    private func words(for change: KeyChange) -> String {
        switch change.subject {
        case .parameter(let path):
            let origin = stage.originDescription(ofParameter: path)
            let name = path.joined(separator: ".")
            return "\(name) \(spelled(change.old)) → \(written(at: path) ?? spelled(change.new)) (\(origin))"
        case .content(let path):
            let file = spelledPath(path)
            return change.old.isNull ? "\(file) is new" : change.new.isNull ? "\(file) is gone" : "\(file) changed"
        case .input(let name):
            let feeder = stage.inputs.first { $0.name == name }?.stage
            if change.old.isNull { return "input \(name) is new" }
            if change.new.isNull { return "input \(name) is gone" }
            return feeder.map { $0 == name ? "\(name) changed" : "\(name) (stage \($0)) changed" } ?? "\(name) changed"
        case .gathered(let input, let feeder):
            let what = "\(input) (stage \(feeder))"
            return change.old.isNull ? "\(what) is new" : change.new.isNull ? "\(what) is gone" : "\(what) changed"
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
            case _ where value.holdsContent: "other files"
            default: (try? value.canonical) ?? ""
            }
        return text.count > 48 ? text.prefix(47) + "…" : text
    }

    /// The paths that the pipeline writes where a key has their content.
    private func written(at path: [String]) -> String? {
        guard components.json["parameters"].part(at: path).holdsContent else { return nil }
        return spelled(JSONValue.object(stage.values).part(at: path))
    }

    /// The path of a file that a parameter names, as the pipeline spells it.
    private func spelledPath(_ path: [String]) -> String {
        for depth in path.indices {
            if let spelled = JSONValue.object(stage.values).part(at: path[...depth]).stringValue {
                return ([spelled] + path[(depth + 1)...]).joined(separator: "/")
            }
        }
        return path.joined(separator: ".")
    }
}

extension JSONValue {
    /// The part at a path of keys and indices.
    fileprivate func part(at path: some Sequence<String>) -> JSONValue {
        path.reduce(self) { value, step in
            if case .array = value { Int(step).map { value[$0] } ?? .null } else { value[step] }
        }
    }

    /// Whether this is what a key has in the place of paths.
    fileprivate var holdsContent: Bool {
        switch self {
        case .array(let items): items.contains(where: \.holdsContent)
        case .object(let members): isContent || members.values.contains(where: \.holdsContent)
        default: false
        }
    }
}
