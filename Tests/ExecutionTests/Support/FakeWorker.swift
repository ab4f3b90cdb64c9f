import Execution
import Foundation
import JSONValues
import StageInterface
import Synchronization

/// Computes the stages of ``SmallCatalogue`` in this process, counts them, and does what a test wants instead.
final class FakeWorker: StageRunner {
    typealias Behaviour = @Sendable (StageTask, @Sendable (StageEvent) -> Void) async throws -> StageResult

    private struct State {
        var calls: [StageTask] = []
        var behaviours: [String: Behaviour] = [:]
        var running: [String: Int] = [:]
        var mostRunning: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// The names of the stages that ran, in the order of their starts; and forgets them.
    func takeCalls() -> [String] {
        state.withLock { state in
            defer { state.calls = [] }
            return state.calls.map(\.stage)
        }
    }

    var tasks: [StageTask] { state.withLock { $0.calls } }

    /// How many stages of a kind ran at once at most.
    func mostRunning(of kind: String) -> Int { state.withLock { $0.mostRunning[kind] ?? 0 } }

    /// From now on the stage of this name does this.
    func on(_ stage: String, _ behaviour: @escaping Behaviour) {
        state.withLock { $0.behaviours[stage] = behaviour }
    }

    func resetBehaviours() { state.withLock { $0.behaviours = [:] } }

    func run(_ task: StageTask, events: @escaping @Sendable (StageEvent) -> Void) async -> StageResult {
        let behaviour = state.withLock { state in
            state.calls.append(task)
            state.running[task.kind, default: 0] += 1
            state.mostRunning[task.kind] = max(state.mostRunning[task.kind] ?? 0, state.running[task.kind] ?? 0)
            return state.behaviours[task.stage]
        }
        defer { state.withLock { $0.running[task.kind, default: 0] -= 1 } }
        do {
            if let behaviour { return try await behaviour(task, events) }
            return try Self.compute(task)
        } catch {
            return StageResult(status: .failed, problems: [StageProblem(.error, "\(error)")])
        }
    }

    /// What a stage gives where nothing else is wanted.
    static func compute(_ task: StageTask) throws -> StageResult {
        let text = try text(task)
        try write(text, task.output, "out.txt")
        return StageResult(
            status: .done, summary: "\(text.count) characters", metrics: ["count": .int(text.count)],
            measurements: ["seconds": 0.25])
    }

    static func write(_ text: String, _ folder: String, _ name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: folder).appending(path: name))
    }

    private static func text(_ task: StageTask) throws -> String {
        let values = task.parameters
        func input(_ name: String) throws -> String { try task.inputs[name].map { try read($0 + "/out.txt") } ?? "" }
        switch task.kind {
        case "source":
            let paths =
                (values["header"].isNull ? [] : [values["header"]]) + (values["path"].arrayValue ?? [values["path"]])
            return try paths.map { try read($0["path"].stringValue ?? "") }.joined()
        case "folder":
            let folder = values["model"]["path"].stringValue ?? ""
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().joined(separator: " ")
        case "trim": return String(try input("text").prefix(values["keep"].intValue ?? 0))
        case "method": return try values.canonical
        case "train": return "trained(\(try input("text")), \(try input("method")), \(values["epochs"]))"
        default: return try input("left") + (values["separator"].stringValue ?? "") + input("right")
        }
    }

    private static func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}
