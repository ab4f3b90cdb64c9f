import PEFT
import Models
import JSONValues
import StageInterface
import Tokenizers

/// `prompt-tuning`: learned vectors in front of the text (Lester et al. 2021, arXiv:2104.08691).
enum PromptTuningStage: MethodKind {
    enum Initialization: String, CaseIterable, Sendable {
        case sampleVocabulary = "SAMPLE_VOCAB"
        case text = "TEXT"
        case random = "RANDOM"
    }

    static let count = Parameter.integer(
        "num_virtual_tokens", default: 20, in: 1...4096, help: "How many vectors.")
    static let initialization = Parameter<Initialization>.choice(
        "prompt_tuning_init", default: .sampleVocabulary,
        help: "Start from random words of the vocabulary, from a text, or from N(0, 1), which hardly trains.")
    static let text = Parameter.optionalText(
        "prompt_tuning_init_text", help: "The text that TEXT starts from: cut or repeated to the number of vectors.")
    static let tokenizer = Parameter.optionalFolder(
        "tokenizer_name_or_path", reading: TokenizeStage.tokenizerFiles, help: "The tokenizer of that text.")

    static let baseDropout = Parameter.boolean(
        "base_dropout", default: false,
        help: "Dropout in the frozen model while the prompt is trained, as PEFT under a Trainer has it.")

    /// The key of the artifact that holds the text's token ids, so that training needs no tokenizer.
    private static let initialIDs = "prompt_tuning_init_ids"

    static let declaration = StageDeclaration(
        kind: "prompt-tuning", version: 1, summary: "Prompt tuning: train vectors that stand in front of the text",
        parameters: [
            count.declaration, initialization.declaration, text.declaration, tokenizer.declaration,
            baseDropout.declaration,
        ],
        output: .always(.method),
        example: """
            method:
              uses: prompt-tuning
              with: {num_virtual_tokens: 20, prompt_tuning_init: SAMPLE_VOCAB}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        var written = parameters.json
        written[tokenizer.declaration.name] = .null
        if let text = try parameters[text], let folder = try parameters[tokenizer] {
            let ids = try Tokenizer(folder: folder.path).encode(text).ids
            written[Self.initialIDs] = .array(ids.map { .int(Int($0)) })
            written[tokenizer.declaration.name] = .string(folder.spelled)
        }
        try Methods.write(Self.self, written, to: context.output)
        return StageReport(summary: "\(try parameters[count]) virtual tokens")
    }

    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod {
        let start: PromptTuning.Initialisation =
            switch try parameters[initialization] {
            case .random: .random
            case .sampleVocabulary: .sampleVocabulary
            case .text:
                .text(
                    try parameters[text] ?? "",
                    ids: parameters.json[Self.initialIDs].arrayValue?.compactMap(\.intValue) ?? [],
                    tokenizer: parameters.json[tokenizer.declaration.name].stringValue ?? "")
            }
        var method = PromptTuning(numVirtualTokens: try parameters[count], promptTuningInit: start)
        method.baseDropout = try parameters[baseDropout]
        return method
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        let isText = try parameters[initialization] == .text
        return try [(text.declaration, parameters[text] == nil), (tokenizer.declaration, parameters[tokenizer] == nil)]
            .filter { $0.1 == isText }
            .map { declaration, _ in
                isText
                    ? ParameterProblem(
                        path: [], message: "`prompt_tuning_init: TEXT` needs the key `\(declaration.name)`",
                        help: declaration.help)
                    : ParameterProblem(
                        path: [declaration.name], concernsKey: true,
                        message: "`\(declaration.name)` is only read with `prompt_tuning_init: TEXT`")
            }
    }
}
