import JSONValues
import Synchronization

/// Which key each stage of a pipeline had when it was last run, and the name of the last run: what `explain` compares with.
///
/// It only informs: a history that is lost costs an explanation, never a result.
package final class PipelineHistory: Sendable {
    private struct State {
        var keys: [String: StoreKey] = [:]
        var latestRun: String?
    }

    private let log: AppendLog
    private let state: Mutex<State>

    fileprivate init(log: AppendLog, values: [JSONValue]) {
        self.log = log
        var state = State()
        for value in values {
            if let run = value["run"].stringValue { state.latestRun = run }
            if let stage = value["stage"].stringValue, let text = value["key"].stringValue {
                state.keys[stage] = StoreKey(hexadecimal: text)
            }
        }
        self.state = Mutex(state)
    }

    /// The name of the run that last began.
    package var latestRun: String? { state.withLock { $0.latestRun } }

    /// The key that a stage had when it was last run to its end. Its trace says what the key was made of.
    package func key(of stage: String) -> StoreKey? {
        state.withLock { $0.keys[stage] }
    }

    /// Notes that a run begins.
    package func begin(run: String) throws {
        try log.append([["run": .string(run)]])
        state.withLock { $0.latestRun = run }
    }

    /// Notes the key of a stage that ended well or was found. Writes only what is new.
    package func record(_ key: StoreKey, of stage: String) throws {
        guard state.withLock({ $0.keys.updateValue(key, forKey: stage) }) != key else { return }
        try log.append([Self.line(stage, key)])
    }

    fileprivate static func line(_ stage: String, _ key: StoreKey) -> JSONValue {
        ["stage": .string(stage), "key": .string(key.hexadecimal)]
    }

    /// The lines that say the same as all that were ever written.
    fileprivate var lines: [JSONValue] {
        state.withLock { state in
            let keys = state.keys.sorted { $0.key < $1.key }.map { Self.line($0.key, $0.value) }
            return keys + (state.latestRun.map { [["run": .string($0)]] } ?? [])
        }
    }
}

extension Store {
    /// The history of a pipeline.
    ///
    /// - Parameter pipeline: what tells this pipeline from others of the project, as its file's path from the project's folder.
    package func history(of pipeline: String) throws -> PipelineHistory {
        let log = AppendLog(place: layout.history(of: pipeline), operations: operations)
        let values = try log.values()
        let history = PipelineHistory(log: log, values: values)
        let lines = history.lines
        if values.count > 2 * lines.count + 64, let text = try? lines.map({ try $0.canonical + "\n" }).joined() {
            // What another process appends meanwhile may be lost, and with it an explanation.
            try? publish(Array(text.utf8), at: log.place, durably: false)
        }
        return history
    }
}
