import Foundation
import JSONValues
import StageInterface
import Synchronization

/// Runs a stage's code without a pipeline: parameters as a pipeline would write them, folders given.
struct StageHarness {
    /// Where the files that the parameters name lie.
    let folder: URL
    var inputs: [String: URL] = [:]
    var gathered: [String: [GatheredArtifact]] = [:]
    var numerics = NumericsClass(device: "cpu", threads: 2, library: "2.11.0")

    struct Outcome {
        let report: StageReport
        let output: URL
        let events: [StageEvent]

        func json(_ name: String) throws -> JSONValue {
            try JSONValue(parsing: Data(contentsOf: output.appending(path: name)))
        }

        func lines(_ name: String) throws -> [JSONValue] {
            try String(contentsOf: output.appending(path: name), encoding: .utf8).split(separator: "\n")
                .map { try JSONValue(parsing: $0) }
        }
    }

    /// Parameters that don't fit the declaration.
    struct Refused: Error {
        let problems: [ParameterProblem]
    }

    func run(_ kind: any StageKind.Type, _ written: [String: JSONValue]) throws -> Outcome {
        let declaration = kind.declaration
        let (values, problems) = declaration.parameters.resolve(written)
        let checked = problems.isEmpty ? try declaration.check(ParameterValues(.object(values))) : problems
        guard checked.isEmpty else { throw Refused(problems: checked) }
        let located = declaration.parameters.mappingPaths(in: values) { _, spelled in
            let path = spelled.hasPrefix("/") ? spelled : folder.appending(path: spelled).path
            return InputPath(spelled: spelled, path: path).json
        }
        let output = folder.appending(path: "output-\(UUID().uuidString)")
        let scratch = folder.appending(path: "scratch-\(UUID().uuidString)")
        for folder in [output, scratch] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        }
        let events = EventLog()
        let context = StageContext(
            stage: "stage", parameters: ParameterValues(.object(located)), inputs: inputs.mapValues(\.path),
            gathered: gathered, output: output.path, scratch: scratch.path, numerics: numerics, send: events.append)
        let report = try kind.run(context)
        return Outcome(report: report, output: output, events: events.all)
    }
}

private final class EventLog: Sendable {
    private let events = Mutex<[StageEvent]>([])

    var all: [StageEvent] { events.withLock { $0 } }

    @Sendable func append(_ event: StageEvent) { events.withLock { $0.append(event) } }
}
