import PEFT
import Models
import JSONValues
import StageInterface

/// `ia3`: learned factors of inner activations (Liu et al. 2022, arXiv:2205.05638).
enum IA3Stage: MethodKind {
    static let targets = TargetParameters.targets(
        "Linear layers: names or their endings as a list, one regular expression on whole names, or all-linear.")
    static let feedforward = Parameter.texts(
        "feedforward_modules", default: [],
        help: "Those of target_modules whose input is scaled in the place of their output, by the ends of their names.")
    static let excluded = TargetParameters.excluded
    static let modulesToSave = TargetParameters.modulesToSave

    static let declaration = StageDeclaration(
        kind: "ia3", version: 1, summary: "IA3: train factors of what linear layers give or take",
        discussion: """
            A layer computes `l ⊙ (W x + b)`, or `W (l ⊙ x) + b` if it is one of `feedforward_modules`. The factors `l` \
            start at one, so training starts from the model as it is. The paper scales keys, values, and the input of \
            the feed-forward network's second layer.
            """,
        parameters: [
            targets.declaration, feedforward.declaration, excluded.declaration, modulesToSave.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: ia3
              with: {target_modules: [key, value, output.dense], feedforward_modules: [output.dense]}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "factors")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        let names = try parameters[feedforward]
        var method = IA3(
            targetModules: try TargetParameters.modules(parameters[targets]),
            feedforwardModules: names.isEmpty ? nil : .names(names))
        method.excludeModules = try TargetParameters.optionalModules(parameters[excluded])
        method.modulesToSave = try parameters[modulesToSave]
        return method
    }
}
