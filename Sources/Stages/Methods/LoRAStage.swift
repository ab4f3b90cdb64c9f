import FoundationInternationalization
import PEFT
import Models
import JSONValues
import StageInterface

/// `lora`: low-rank updates beside linear layers (Hu et al. 2021, arXiv:2106.09685).
enum LoRAStage: MethodKind {
    static let r = Parameter.integer("r", default: 8, in: 1...65536, help: "Rank of the updates.")
    static let alpha = Parameter.number(
        "lora_alpha", default: 8, in: .positive, help: "The update is scaled by lora_alpha / r.")
    static let dropout = Parameter.number(
        "lora_dropout", default: 0, in: NumberRange(0, 0.99), help: "Dropout on the input of the update.")
    static let targets = Parameter<JSONValue>(
        "target_modules", .oneOf([.list(of: .text, atLeast: 1), .text]), default: .required,
        help: "Linear layers: names or their endings as a list, or one regular expression on whole names."
    ) { $0 }
    static let rankStabilized = Parameter.boolean(
        "use_rslora", default: false, help: "Scale by lora_alpha / √r instead (Kalajdzievski 2023).")

    static let declaration = StageDeclaration(
        kind: "lora", version: 1, summary: "LoRA: train low-rank updates beside linear layers",
        discussion: """
            The layer computes `W x + b + s · B A dropout(x)` with `s = lora_alpha / r`. `A` starts uniform, `B` at zero, \
            so training starts from the model as it is. A pattern that matches no linear layer is an error that lists \
            the layers there are.
            """,
        parameters: [
            r.declaration, alpha.declaration, dropout.declaration, targets.declaration, rankStabilized.declaration,
        ],
        output: .method,
        example: """
            method:
              uses: lora
              with: {r: 8, lora_alpha: 16, target_modules: [query, value]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        let parameters = context.parameters
        return StageReport(summary: "r \(try parameters[r]), lora_alpha \(try parameters[alpha].formatted())")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        guard let targets = TargetModules(try parameters[targets]) else {
            throw StageFailure("`target_modules` is neither a list of names nor an expression")
        }
        return LoRA(
            r: try parameters[r], loraAlpha: try parameters[alpha], loraDropout: try parameters[dropout],
            targetModules: targets, useRSLoRA: try parameters[rankStabilized])
    }
}
