import Models
import Foundation
import JSONValues
import PEFT
import StageInterface

/// `adapter`: an adapter that was trained elsewhere, checked tensor by tensor.
enum AdapterStage: StageKind {
    static let source = Parameter.folder(
        "source", reading: ["adapter_config.json", "adapter_model.safetensors"],
        help: "The adapter's folder, as PEFT saves it.")
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles, help: "The folder of the base model.")
    static let labels = Parameter.texts("labels", help: "The classes' names in the order of their numbers.")

    static let declaration = StageDeclaration(
        kind: "adapter", version: 1, summary: "Take an adapter that PEFT saved",
        discussion: """
            Every tensor is accounted for: one that is missing, unknown or of another shape is an error, where PEFT \
            itself only warns and computes as if there were no adapter.
            """,
        parameters: [source.declaration, model.declaration, labels.declaration],
        output: .adapter, compute: .tensors,
        example: """
            adapter:
              uses: adapter
              with: {source: adapters/sst2, model: models/minilm, labels: [negative, positive]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let adapter = try context.parameters[source]
        let base = try context.parameters[model]
        let labels = try context.parameters[labels]
        try TrainingRecord.write(labels: labels, to: context.output)
        for name in ["adapter_config.json", "adapter_model.safetensors"] {
            let file = URL(fileURLWithPath: adapter.path).appending(path: name)
            try Data(contentsOf: file).write(to: URL(fileURLWithPath: context.output).appending(path: name))
        }
        let tuned = try StageFailure.locating("source") {
            try ModelSource(context).tuned(context.output, base: base)
        }
        let count = tuned.trainableParameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return StageReport(summary: "\(count) parameters", metrics: ["parameters": .int(count)])
    }
}
