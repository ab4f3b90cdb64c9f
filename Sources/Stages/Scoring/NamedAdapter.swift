import JSONValues
import Models
import StageInterface

/// One of several adapters of the same base model.
struct NamedAdapter: Sendable {
    /// That of the stage that gave it, `adapter[seed=1]` of one that fans out.
    let name: String
    let folder: String
    let learned: LearnedTask

    /// - Throws: ``StageFailure`` with all that can't be switched between.
    static func all(_ artifacts: [GatheredArtifact], areScored: Bool) throws -> [NamedAdapter] {
        var adapters: [NamedAdapter] = []
        var problems: [StageProblem] = []
        func refuse(_ message: String, help: String) {
            problems.append(StageProblem(.error, message, help: help, place: .input("adapters")))
        }
        for artifact in artifacts {
            let name = InstanceName.of(artifact.stage, at: artifact.axes.mapValues(\.plainText))
            guard AdapterLayout.isAdapter(artifact.path) else {
                refuse(
                    "`\(name)` is a whole model, which shares no base with others",
                    help: "leave it out, or train an adapter: every method but `full` makes one")
                continue
            }
            let learned = try TrainingRecord.learned(in: artifact.path)
            guard learned.task == .sequenceClassification else {
                refuse(
                    "`\(name)` does \(learned.task.rawValue), and only what is said of whole rows can be asked for",
                    help: "leave it out: `generate` answers with one adapter")
                continue
            }
            if areScored, learned.problemType != .singleLabel {
                refuse(
                    "`\(name)` does not say one class of a row (\(learned.problemType.rawValue)), which `label_column` scores",
                    help: "leave out `label_column`, or this adapter")
            }
            adapters.append(NamedAdapter(name: name, folder: artifact.path, learned: learned))
        }
        guard problems.isEmpty else { throw StageFailure(problems) }
        guard !adapters.isEmpty else { throw StageFailure("there are no adapters", place: .input("adapters")) }
        return adapters
    }
}
