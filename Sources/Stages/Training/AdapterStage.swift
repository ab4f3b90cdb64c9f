import Models
import Foundation
import JSONValues
import PEFT
import StageInterface

/// `adapter`: an adapter that was trained elsewhere, checked tensor by tensor.
enum AdapterStage: StageKind {
    /// What PEFT saves, what ours keeps beside it, and MLX's tensors.
    private static let adapterFiles = [
        "adapter_config.json", "adapter_model.safetensors", "base_model.json", "prompt_encoder.safetensors",
        "adapters.safetensors",
    ]

    static let source = Parameter.folder(
        "source", reading: adapterFiles, help: "The adapter's folder, as PEFT saves it, or mlx-lm.")
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles, help: "The folder of the base model.")
    static let baseModelName = Parameter.optionalText(
        "base_model_name",
        help: "What the adapter must say that its base model is, `base_model_name_or_path`; default: not compared.")
    static let labels = Parameter.optionalTexts(
        "labels", help: "The classes' names in the order of their numbers; for a task that has any.")
    static let problemType = Parameter<ProblemType>.choice(
        "problem_type", default: .singleLabel, help: "Whether a row has one class, any of several, or numbers.")

    static let declaration = StageDeclaration(
        kind: "adapter", version: 1, summary: "Take an adapter that PEFT saved",
        discussion: """
            Every tensor is accounted for: one that is missing, unknown or of another shape is an error, where PEFT \
            itself only warns and computes as if there were no adapter. An adapter that was trained here remembers the \
            base model's digest, and is refused on another one. LoRA of mlx-lm is written as PEFT's.
            """,
        parameters: [
            source.declaration, model.declaration, baseModelName.declaration, labels.declaration,
            problemType.declaration,
        ],
        output: .always(.adapter), compute: .tensors,
        example: """
            adapter:
              uses: adapter
              with: {source: adapters/sst2, model: models/minilm, labels: [negative, positive]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let adapter = try context.parameters[source]
        let base = try context.parameters[model]
        let task = try StageFailure.locating("source") { try AdapterFolder.task(in: adapter.path) }
        let learned = LearnedTask(
            task ?? .sequenceClassification, problemType: try context.parameters[problemType],
            labels: try context.parameters[labels] ?? [])
        guard !learned.task.hasClasses || !learned.labels.isEmpty else {
            throw StageFailure(
                "the adapter is for \(learned.task.rawValue), so its classes must be named",
                help: "write `labels:` with the classes in the order of their numbers", place: .parameter(["source"]))
        }
        try TrainingRecord.write(learned, to: context.output)
        let model = try StageFailure.locating("model") {
            try ModelSource(context).base(at: base.path, learned, seed: 0).model
        }
        let tuned = try StageFailure.locating("source") {
            try AdapterFolder.load(
                adapter.path, onto: model, baseModelName: try context.parameters[baseModelName], isTrainable: false)
        }
        if AdapterLayout.isPEFT(adapter.path) {
            try copy(from: adapter.path, to: context.output)
        } else {
            try tuned.save(to: context.output, baseModelName: base.spelled)
        }
        let count = tuned.trainableParameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return StageReport(summary: "\(count) parameters", metrics: ["parameters": .int(count)])
    }

    /// Copies an adapter as it is, byte for byte.
    private static func copy(from folder: String, to output: String) throws {
        for name in adapterFiles {
            let file = URL(fileURLWithPath: folder).appending(path: name)
            guard FileManager.default.fileExists(atPath: file.path) else { continue }
            try ArtifactFile.write(Data(contentsOf: file), name, in: output)
        }
    }
}
