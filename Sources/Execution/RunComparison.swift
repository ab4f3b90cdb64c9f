package import JSONValues
package import Store

/// Two runs side by side: what each stage was made of, and the figures it gave.
package struct RunComparison: Sendable {
    /// One thing that differs, or one figure, of a stage.
    package struct Row: Sendable, Hashable {
        package let stage: String
        /// `r`, `input tokens`, `source: content`, `accuracy`.
        package let name: String
        /// Null where that run has none.
        package let old: JSONValue
        package let new: JSONValue

        /// The new number less the old one, nil where one is none.
        package var difference: Double? {
            guard let old = old.doubleValue, let new = new.doubleValue else { return nil }
            return new - old
        }
    }

    /// What differs in what the stages were made of.
    package private(set) var changes: [Row] = []
    /// The figures that both or one of them reported.
    package private(set) var metrics: [Row] = []
    /// Stages of only one of the runs, or whose key or its record is not known, with which.
    package private(set) var notes: [String] = []

    /// - Parameters: the older run first.
    package init(_ old: RunOverview, _ new: RunOverview, store: Store) {
        var names = old.stages.map(\.stage)
        names += new.stages.map(\.stage).filter { !names.contains($0) }
        for name in names {
            guard let oldEnd = old.end(of: name) else {
                notes.append("stage \(name) is only in \(new.run)")
                continue
            }
            guard let newEnd = new.end(of: name) else {
                notes.append("stage \(name) is only in \(old.run)")
                continue
            }
            guard let oldTrace = oldEnd.key.flatMap(store.trace), let newTrace = newEnd.key.flatMap(store.trace) else {
                let isOld = oldEnd.key.flatMap(store.trace) == nil
                notes.append(Self.unknown(name, isOld ? oldEnd : newEnd, in: isOld ? old : new))
                continue
            }
            compare(name, oldTrace, newTrace)
        }
    }

    private static func unknown(_ name: String, _ end: RunOverview.StageEnd, in run: RunOverview) -> String {
        end.state == "failed" || end.state == "stopped"
            ? "stage \(name) \(end.state == "failed" ? "failed" : "was stopped") in \(run.run)"
            : "what stage \(name) was made of in \(run.run) is no longer in the store"
    }

    private mutating func compare(_ stage: String, _ old: Trace, _ new: Trace) {
        for change in KeyComponents(json: new.components).changes(since: KeyComponents(json: old.components)) {
            changes.append(
                Row(stage: stage, name: change.subject.name, old: change.old, new: change.new))
        }
        let oldFigures = Self.figures(StoredReport(json: old.metrics).metrics)
        let newFigures = Self.figures(StoredReport(json: new.metrics).metrics)
        for name in Set(oldFigures.keys).union(newFigures.keys).sorted() {
            let row = Row(stage: stage, name: name, old: oldFigures[name] ?? .null, new: newFigures[name] ?? .null)
            metrics.append(row)
        }
    }

    /// The numbers of a report by their paths. Lists are left out: a matrix is no figure.
    package static func figures(_ value: JSONValue, at path: [String] = []) -> [String: JSONValue] {
        if let members = value.objectValue {
            return members.reduce(into: [:]) { all, member in
                all.merge(figures(member.value, at: path + [member.key])) { first, _ in first }
            }
        }
        return value.doubleValue == nil ? [:] : [path.joined(separator: "."): value]
    }
}

extension KeyChange.Subject {
    /// As a table names it.
    package var name: String {
        switch self {
        case .parameter(let path): path.joined(separator: ".")
        case .content(let path): path.joined(separator: ".") + ": content"
        case .input(let name): "input \(name)"
        case .gathered(let input, let stage): "input \(input): \(stage)"
        case .implementation: "implementation"
        case .numerics(let part): part
        case .keyFormat: "key format"
        }
    }
}
