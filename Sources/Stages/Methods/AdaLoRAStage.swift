import JSONValues
import Models
import PEFT
import StageInterface

/// `adalora`: low-rank updates whose ranks training sets (Zhang et al. 2023, arXiv:2303.10512).
enum AdaLoRAStage: MethodKind {
    static let targetR = Parameter.integer(
        "target_r", default: 8, in: 1...65536, help: "Rank that layers have on average in the end.")
    static let initR = Parameter.integer(
        "init_r", default: 12, in: 2...65536, help: "Rank that each layer begins with; more than target_r.")
    static let alpha = Parameter.number(
        "lora_alpha", default: 8, in: .positive, help: "The update is scaled by lora_alpha / init_r.")
    static let dropout = Parameter.number(
        "lora_dropout", default: 0, in: NumberRange(0, 0.99), help: "Dropout on the input of the update.")
    static let targets = TargetParameters.targets(
        "Linear layers: names or their endings as a list, one regular expression on whole names, or all-linear.")
    static let excluded = TargetParameters.excluded
    static let layers = TargetParameters.layers
    static let modulesToSave = TargetParameters.modulesToSave
    static let tinit = Parameter.integer(
        "tinit", default: 0, in: 0 ... .max, help: "Steps before the first rank is taken.")
    static let tfinal = Parameter.integer(
        "tfinal", default: 0, in: 0 ... .max, help: "Steps at the end over which ranks stay as they are.")
    static let deltaT = Parameter.integer(
        "deltaT", default: 1, in: 1 ... .max, help: "Steps from one setting of ranks to the next.")
    static let beta1 = Parameter.number(
        "beta1", default: 0.85, in: NumberRange(0.000001, 0.999999),
        help: "How slowly the mean of sensitivities follows.")
    static let beta2 = Parameter.number(
        "beta2", default: 0.85, in: NumberRange(0.000001, 0.999999),
        help: "How slowly the mean of their uncertainty follows.")
    static let orthRegWeight = Parameter.number(
        "orth_reg_weight", default: 0.5, in: .nonNegative,
        help: "How much the factors' distance from orthogonality counts in the loss.")

    static let declaration = StageDeclaration(
        kind: "adalora", version: 1,
        summary: "AdaLoRA: train low-rank updates, and give ranks to the layers that need them",
        discussion: """
            The layer computes `W x + b + s · B (E ⊙ A) dropout(x)`. From step `tinit` to `tfinal` steps before the end, \
            the ranks whose loss would change least are taken, from whatever layer, until `target_r` is left on \
            average. PEFT's `total_step` follows from the training, so that more epochs begin anew.
            """,
        parameters: [
            targetR.declaration, initR.declaration, alpha.declaration, dropout.declaration, targets.declaration,
            excluded.declaration, layers.declaration, modulesToSave.declaration, tinit.declaration,
            tfinal.declaration, deltaT.declaration, beta1.declaration, beta2.declaration, orthRegWeight.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: adalora
              with: {target_r: 4, init_r: 6, lora_alpha: 16, target_modules: all-linear, tinit: 50, tfinal: 100}
            """,
        check: { parameters in
            guard let target = try? parameters[targetR], let initial = try? parameters[initR], target >= initial else {
                return []
            }
            return [
                ParameterProblem(
                    path: ["target_r"], message: "`target_r` \(target) is not less than `init_r` \(initial)",
                    help: "ranks are taken, so each layer begins with more")
            ]
        })

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        let parameters = context.parameters
        return StageReport(summary: "r \(try parameters[initR]) to \(try parameters[targetR])")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        var budget = AdaLoRA.Budget()
        budget.tinit = try parameters[tinit]
        budget.tfinal = try parameters[tfinal]
        budget.deltaT = try parameters[deltaT]
        budget.beta1 = try parameters[beta1]
        budget.beta2 = try parameters[beta2]
        var method = AdaLoRA(
            targetR: try parameters[targetR], initR: try parameters[initR], loraAlpha: try parameters[alpha],
            loraDropout: try parameters[dropout], targetModules: try TargetParameters.modules(parameters[targets]),
            orthRegWeight: try parameters[orthRegWeight], budget: budget)
        method.excludeModules = try TargetParameters.optionalModules(parameters[excluded])
        let numbers = try parameters[layers]
        method.layersToTransform = numbers.isEmpty ? nil : numbers
        method.modulesToSave = try parameters[modulesToSave]
        return method
    }
}
