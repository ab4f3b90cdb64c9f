import PEFT
import Models
import JSONValues
import StageInterface

/// `prefix-tuning`: learned keys and values in front of those of every layer (Li and Liang 2021, arXiv:2101.00190).
enum PrefixTuningStage: MethodKind {
    static let count = Parameter.integer(
        "num_virtual_tokens", default: 20, in: 1...4096, help: "How many keys and values a layer.")
    static let projection = Parameter.boolean(
        "prefix_projection", default: false, help: "Make keys and values by a network, which is trained in their place."
    )
    static let hiddenSize = Parameter.optionalInteger(
        "encoder_hidden_size", in: 1...65536, help: "Width of that network; default: that of all key heads.")

    static let declaration = StageDeclaration(
        kind: "prefix-tuning", version: 1,
        summary: "Prefix tuning: train keys and values in front of those of every layer",
        discussion: """
            Keys and values start from N(0, 1). With `prefix_projection`, only the network's output is exported for \
            PEFT; the network itself is kept beside it, so that training can go on from an adapter.
            """,
        parameters: [count.declaration, projection.declaration, hiddenSize.declaration],
        output: .always(.method),
        example: """
            method:
              uses: prefix-tuning
              with: {num_virtual_tokens: 20}
            """, check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(summary: "\(try context.parameters[count]) virtual tokens")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        PrefixTuning(
            numVirtualTokens: try parameters[count], prefixProjection: try parameters[projection],
            encoderHiddenSize: try parameters[hiddenSize])
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        guard try parameters[hiddenSize] != nil, try !parameters[projection] else { return [] }
        return [
            ParameterProblem(
                path: [hiddenSize.declaration.name], concernsKey: true,
                message: "`encoder_hidden_size` is only read with `prefix_projection: true`")
        ]
    }
}
