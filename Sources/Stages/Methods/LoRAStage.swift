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
    static let targets = TargetParameters.targets(
        "Linear layers and tables of vectors: names or their endings as a list, one regular expression on whole names, "
            + "or all-linear.")
    static let excluded = TargetParameters.excluded
    static let layers = TargetParameters.layers
    static let rankStabilized = Parameter.boolean(
        "use_rslora", default: false, help: "Scale by lora_alpha / √r instead (Kalajdzievski 2023).")
    static let magnitudes = Parameter.boolean(
        "use_dora", default: false,
        help: "Train the magnitude of each output apart from its direction (Liu et al. 2024).")
    static let ranks = Parameter<[String: Int]?>(
        "rank_pattern", .map(of: .integer(1...65536)), default: .absent,
        help: "Other ranks for layers whose names end as a regular expression says."
    ) { $0.isNull ? .some(nil) : $0.objectValue?.compactMapValues(\.intValue) }
    static let alphas = Parameter<[String: Double]?>(
        "alpha_pattern", .map(of: .number(.positive)), default: .absent,
        help: "Other values of lora_alpha in the same way."
    ) { $0.isNull ? .some(nil) : $0.objectValue?.compactMapValues(\.doubleValue) }
    static let bias = Parameter<LoRA.Bias>.choice(
        "bias", default: LoRA.Bias.none,
        help: "Which biases of the base model are trained: of all layers, or of adapted ones.")
    static let modulesToSave = TargetParameters.modulesToSave
    static let initialValues = Parameter<LoRA.Initialisation>(
        "init_lora_weights", .oneOf([.boolean, .choice(["gaussian", "pissa", "olora"])]), default: .value(true),
        help:
            "true: A uniform and B zero; gaussian: A normal and B zero; pissa and olora: the weight's largest part by "
            + "SVD or QR; false: both uniform, no neutral start."
    ) { value in
        switch value {
        case true: .kaiming
        case false: .random
        case "gaussian": .gaussian
        case "pissa": .pissa
        case "olora": .olora
        default: nil
        }
    }

    static let declaration = StageDeclaration(
        kind: "lora", version: 2, summary: "LoRA: train low-rank updates beside linear layers",
        discussion: """
            The layer computes `W x + b + s · B A dropout(x)` with `s = lora_alpha / r`. `A` starts uniform, `B` at zero, \
            so training starts from the model as it is. A pattern that matches no linear layer is an error that lists \
            the layers there are. With `init_lora_weights: pissa` or `olora` a part of each weight is trained; what is \
            saved is a plain LoRA of twice the rank for the base model as it was.
            """,
        parameters: [
            r.declaration, alpha.declaration, dropout.declaration, targets.declaration, excluded.declaration,
            layers.declaration, rankStabilized.declaration, magnitudes.declaration, ranks.declaration,
            alphas.declaration, bias.declaration, modulesToSave.declaration, initialValues.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: lora
              with: {r: 8, lora_alpha: 16, target_modules: [query, value]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        let parameters = context.parameters
        let kind = try parameters[magnitudes] ? "DoRA, " : ""
        return StageReport(summary: "\(kind)r \(try parameters[r]), lora_alpha \(try parameters[alpha].formatted())")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        var lora = LoRA(
            r: try parameters[r], loraAlpha: try parameters[alpha], loraDropout: try parameters[dropout],
            targetModules: try TargetParameters.modules(parameters[targets]),
            useRSLoRA: try parameters[rankStabilized], useDoRA: try parameters[magnitudes], bias: try parameters[bias])
        lora.excludeModules = try TargetParameters.optionalModules(parameters[excluded])
        let numbers = try parameters[layers]
        lora.layersToTransform = numbers.isEmpty ? nil : numbers
        lora.rankPattern = ModulePatterns(try parameters[ranks] ?? [:])
        lora.alphaPattern = ModulePatterns(try parameters[alphas] ?? [:])
        lora.modulesToSave = try parameters[modulesToSave]
        lora.initLoRAWeights = try parameters[initialValues]
        return lora
    }
}
