import JSONValues
import Models
import PEFT
import StageInterface

/// `vera`: vectors that scale parts of two random matrices (Kopiczko et al. 2023, arXiv:2310.11454).
enum VeRAStage: MethodKind {
    static let r = Parameter.integer("r", default: 256, in: 1...65536, help: "Rank of the shared matrices.")
    static let targets = TargetParameters.targets(
        "Linear layers: names or their endings as a list, one regular expression on whole names, or all-linear.")
    static let key = Parameter.integer(
        "projection_prng_key", default: 0, in: 0 ... .max, help: "Seed of the shared matrices.")
    static let saveProjection = Parameter.boolean(
        "save_projection", default: true,
        help: "Keep the shared matrices with the adapter; false makes them anew from the seed, in a much smaller file.")
    static let dropout = Parameter.number(
        "vera_dropout", default: 0, in: NumberRange(0, 0.99), help: "Dropout on the input of the update.")
    static let dInitial = Parameter.number(
        "d_initial", default: 0.1, in: .positive, help: "What the vector between the matrices begins with.")
    static let layers = TargetParameters.layers
    static let modulesToSave = TargetParameters.modulesToSave

    static let declaration = StageDeclaration(
        kind: "vera", version: 1, summary: "VeRA: train vectors that scale parts of two random matrices",
        discussion: """
            A layer computes `W x + b + λ_b ⊙ B (λ_d ⊙ A dropout(x))`. All layers share `A` and `B`, which are random \
            and stay so; `λ_b` starts at zero, so training starts from the model as it is. The vectors like a higher \
            learning rate than LoRA's factors.
            """,
        parameters: [
            r.declaration, targets.declaration, key.declaration, saveProjection.declaration, dropout.declaration,
            dInitial.declaration, layers.declaration, modulesToSave.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: vera
              with: {r: 64, target_modules: [query, value]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "r \(try context.parameters[r])")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        var method = VeRA(
            r: try parameters[r], targetModules: try TargetParameters.modules(parameters[targets]),
            projectionPRNGKey: try parameters[key], saveProjection: try parameters[saveProjection],
            veraDropout: try parameters[dropout], dInitial: try parameters[dInitial])
        let numbers = try parameters[layers]
        method.layersToTransform = numbers.isEmpty ? nil : numbers
        method.modulesToSave = try parameters[modulesToSave]
        return method
    }
}
