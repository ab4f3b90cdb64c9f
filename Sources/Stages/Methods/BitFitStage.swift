import JSONValues
import Models
import PEFT
import StageInterface

/// `bitfit`: the biases are trained, and nothing else (Ben Zaken et al. 2021, arXiv:2106.10199).
enum BitFitStage: MethodKind {
    static let targets = Parameter<JSONValue>(
        "target_modules", .oneOf([.list(of: .text, atLeast: 0), .text]), default: .value([]),
        help: "Modules whose biases are trained: names or their endings as a list, or one regular expression; none "
            + "means all."
    ) { $0 }
    static let modulesToSave = TargetParameters.modulesToSave

    static let declaration = StageDeclaration(
        kind: "bitfit", version: 1, summary: "BitFit: train the biases alone",
        discussion: """
            The biases of linear layers and norms are trained where they are, with the head. The adapter is a LoRA of \
            PEFT with `bias: all` whose only factors are zero, which every version of PEFT loads. A model without \
            biases, as LLaMA's, is refused.
            """,
        parameters: [targets.declaration, modulesToSave.declaration],
        output: .always(.method),
        example: """
            method:
              uses: bitfit
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "biases")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        var method = BitFit(targetModules: try TargetParameters.optionalModules(parameters[targets]))
        method.modulesToSave = try parameters[modulesToSave]
        return method
    }
}
