import PEFT
import Models
import JSONValues
import StageInterface

/// `full`: every weight is trained, for comparison.
enum FullStage: MethodKind {
    static let declaration = StageDeclaration(
        kind: "full", version: 1, summary: "Full fine-tuning: train every weight, for comparison",
        parameters: [], output: .always(.method),
        example: """
            method:
              uses: full
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "every weight")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        FullFineTuning()
    }
}
