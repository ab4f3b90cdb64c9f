import JSONValues
import Models
import StageInterface

/// `keep-layers`: a model with fewer layers, for a student to begin with.
enum KeepLayersStage: StageKind {
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles + MergeStage.companions, help: "The folder of the model.")
    static let layers = Parameter<[Int]>(
        "layers", .list(of: .integer(0...9999), atLeast: 1), default: .required,
        help: "The layers that stay, counted from 0, in their order."
    ) { $0.arrayValue?.compactMap(\.intValue) }

    static let declaration = StageDeclaration(
        kind: "keep-layers", version: 1, summary: "Make a smaller model of some layers of a larger one",
        discussion: """
            The other layers are left out, and all else stays as it is: embeddings, head, tokenizer. Nothing is trained. \
            What the layers that stay know is a better beginning for a student than new weights, as DistilBERT's, which \
            began with every other layer of BERT.
            """,
        parameters: [model.declaration, layers.declaration],
        inputs: [
            .model()
        ],
        output: .always(.model),
        example: """
            student:
              uses: keep-layers
              with: {model: models/minilm, layers: [0, 2, 4]}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let folder = try context.parameters[model].path
        let layers = try context.parameters[layers]
        let selection = try StageFailure.locating("model") { try LayerSelection(folder: folder) }
        let beyond = layers.filter { $0 >= selection.layerCount }
        guard beyond.isEmpty else {
            throw StageFailure(
                "the model has no layer \(beyond.map(String.init).joined(separator: ", ")): there are "
                    + "\(selection.layerCount), counted from 0",
                place: .parameter(["layers"]))
        }
        let parameters = try StageFailure.locating("model") { try selection.write(layers, to: context.output) }
        try MergeStage.copyCompanions(from: folder, to: context.output)
        return StageReport(
            summary:
                "\(layers.count) of \(selection.layerCount) layers, \(InspectionText.count(parameters)) parameters",
            metrics: [
                "layers": .int(layers.count), "layers_before": .int(selection.layerCount),
                "parameters": .int(parameters),
            ])
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        let layers = try parameters[layers]
        return zip(layers, layers.dropFirst()).enumerated().filter { $1.0 >= $1.1 }.map { index, pair in
            ParameterProblem(
                path: ["layers", String(index + 1)], message: "layer \(pair.1) stands behind layer \(pair.0)",
                help: "write the numbers in their order, each once")
        }
    }
}
