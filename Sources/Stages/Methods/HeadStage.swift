import JSONValues
import Models
import PEFT
import StageInterface

/// `head`: the head is trained, and nothing else.
enum HeadStage: MethodKind {
    static let modulesToSave = TargetParameters.modulesToSave

    static let declaration = StageDeclaration(
        kind: "head", version: 1, summary: "Head only: train the head on a frozen model, for comparison",
        discussion: """
            What a method has to be better than. The adapter is a LoRA of PEFT whose only factors are zero, with the head \
            among its `modules_to_save`. A task without a head of its own, as causal language modelling, is refused unless \
            `modules_to_save` names something.
            """,
        parameters: [modulesToSave.declaration], output: .always(.method),
        example: """
            method:
              uses: head
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "the head")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        HeadOnly(modulesToSave: try parameters[modulesToSave])
    }
}
