import PEFT
import Models
import JSONValues
import StageInterface

/// `p-tuning`: a small network makes the vectors in front of the text (Liu et al. 2021, arXiv:2103.10385).
enum PTuningStage: MethodKind {
    static let count = Parameter.integer(
        "num_virtual_tokens", default: 20, in: 1...4096, help: "How many vectors.")
    static let encoder = Parameter<PTuning.EncoderReparameterizationType>.choice(
        "encoder_reparameterization_type", default: .mlp,
        help: "What makes the vectors: three linear layers, or a bidirectional LSTM and two.")
    static let hiddenSize = Parameter.optionalInteger(
        "encoder_hidden_size", in: 1...65536, help: "Width of the network; default: that of the embeddings.")
    static let layers = Parameter.integer(
        "encoder_num_layers", default: 2, in: 1...16, help: "Layers of the LSTM; the MLP always has three.")
    static let dropout = Parameter.number(
        "encoder_dropout", default: 0, in: NumberRange(0, 0.99), help: "Dropout between the layers of the LSTM.")
    static let initialization = Parameter<PTuning.Initialisation>.choice(
        "encoder_init", default: .sampleVocabulary,
        help: "Start with a network that makes random words of the vocabulary, or as PEFT with what chance gives.")

    static let declaration = StageDeclaration(
        kind: "p-tuning", version: 1,
        summary: "P-tuning: train a small network that makes vectors in front of the text",
        discussion: """
            Only the network's output is exported for PEFT. The network itself is kept beside it, so that training can \
            go on from an adapter.
            """,
        parameters: [
            count.declaration, encoder.declaration, hiddenSize.declaration, layers.declaration, dropout.declaration,
            initialization.declaration, PromptTuningStage.baseDropout.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: p-tuning
              with: {num_virtual_tokens: 20, encoder_hidden_size: 128}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        try Methods.write(Self.self, context.parameters.json, to: context.output)
        return StageReport(
            summary: "\(try context.parameters[count]) virtual tokens, \(try context.parameters[encoder].rawValue)")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        var method = PTuning(
            numVirtualTokens: try parameters[count], encoderReparameterizationType: try parameters[encoder],
            encoderHiddenSize: try parameters[hiddenSize] ?? dimensions.embeddingSize,
            encoderNumLayers: try parameters[layers], encoderDropout: try parameters[dropout])
        method.encoderInit = try parameters[initialization]
        method.baseDropout = try parameters[PromptTuningStage.baseDropout]
        return method
    }
}
