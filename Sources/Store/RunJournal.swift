import Foundation
package import JSONValues
package import SystemPackage

/// What happens in a run, line by line as it happens.
package struct RunJournal: Sendable {
    /// The run's name, which sorts by time: `2026-03-01T12-00-00Z-k3f9`.
    package let run: String
    let log: AppendLog

    /// The file that the events are in.
    package var path: FilePath { log.path }

    /// Writes an event, an object of the caller's making.
    ///
    /// - Throws: ``StoreError``; `JSONWritingError` for a number that is not finite.
    package func append(_ event: JSONValue) throws {
        try log.append([event])
    }
}

extension Store {
    /// Begins the journal of a new run. Its file appears with the first event.
    package func beginRun() -> RunJournal {
        let time = Date.now.formatted(.iso8601).replacing(":", with: "-")
        return journal(of: "\(time)-\(uniqueName().prefix(6))")
    }

    /// The events of a run; those torn by a crash are left out. Empty for a run that is not known.
    package func events(of run: String) throws -> [JSONValue] {
        try journal(of: run).log.values()
    }

    /// The names of all runs, the latest first. Costs more the more there are.
    package func runs() throws -> [String] {
        let names: [String] = try refused("read the folder", layout.runs) {
            do { return try FileTree.names(in: layout.runs).map(\.string) } catch Errno.noSuchFileOrDirectory {
                return []
            }
        }
        let suffix = layout.journal(of: "").name
        return names.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }
            .sorted(by: >)
    }

    private func journal(of run: String) -> RunJournal {
        RunJournal(run: run, log: AppendLog(place: layout.journal(of: run), operations: operations))
    }
}
