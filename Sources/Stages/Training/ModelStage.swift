import Foundation
import JSONValues
import Models
import StageInterface
import Tensors

/// `model`: a model's folder as an artifact, for stages that take a model of another stage.
enum ModelStage: StageKind {
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles + MergeStage.companions, help: "The folder of the model.")

    static let declaration = StageDeclaration(
        kind: "model", version: 1, summary: "Take a model of a folder, or of another stage",
        discussion: """
            Where a pipeline makes its own base model and should take another one as well: all that needs a base model \
            reads this stage, and `from: {model: $(model)}` with a parameter says which it is, the name of a stage or a \
            path. Weights in several files become one; nothing else changes.
            """,
        parameters: [model.declaration],
        inputs: [
            .model()
        ],
        output: .always(.model),
        example: """
            base:
              uses: model
              from: {model: $(model)}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let folder = try context.parameters[model].path
        return try StageFailure.locating("model") {
            let configuration = URL(filePath: folder).appending(component: "config.json")
            let survey = try ModelArchitectures.survey(folder: folder)
            guard survey.problems.isEmpty else { throw ModelError(path: configuration.path, survey.problems) }
            let weights = try ShardedSafetensors(folder: folder)
            try Safetensors.write(
                copies: Dictionary(weights.names.map { ($0, $0) }, uniquingKeysWith: { first, _ in first }),
                of: weights, metadata: ["format": "pt"],
                to: URL(filePath: context.output).appending(component: ShardedSafetensors.fileName).path)
            try ArtifactFile.write(Data(contentsOf: configuration), "config.json", in: context.output)
            try MergeStage.copyCompanions(from: folder, to: context.output)
            let count = weights.names.reduce(0) { $0 + (weights.info($1)?.shape.reduce(1, *) ?? 0) }
            return StageReport(
                summary: "\(survey.modelType), \(InspectionText.count(count)) parameters",
                metrics: ["parameters": .int(count)])
        }
    }
}
