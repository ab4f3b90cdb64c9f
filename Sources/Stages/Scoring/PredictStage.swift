import Models
import PEFT
import Foundation
import JSONValues
import StageInterface
import Tokenizers
import Training

/// `predict`: classes or numbers of texts that have none.
enum PredictStage: StageKind {
    static let texts = Parameter.texts("texts", default: [], help: "Texts, written in the pipeline.")
    static let source = Parameter.optionalFiles(
        "source", extensions: ["txt", "csv", "tsv", "jsonl", "json"],
        help: "Files with texts: a line each in txt, else as in `data`.")
    static let column = Parameter.text("column", default: "text", help: "The column of the texts in `source`.")
    static let model = EvaluateStage.model
    static let tokenizer = Parameter.inheritedFolder(
        "tokenizer", reading: TokenizeStage.tokenizerFiles, from: ("adapter", "model"),
        help: "The folder of the tokenizer; default: the base model's, or the whole model's own.")
    static let maxLength = TokenizeStage.maxLength
    static let batchSize = EvaluateStage.batchSize

    static let declaration = StageDeclaration(
        kind: "predict", version: 4, summary: "Tell the classes or numbers of texts that have none",
        parameters: [
            texts.declaration, source.declaration, column.declaration, model.declaration,
            ModelPrecision.parameter.declaration, WeightPrecision.parameter.declaration, tokenizer.declaration,
            maxLength.declaration, batchSize.declaration,
        ],
        inputs: [
            InputDeclaration("adapter", .adapter, isRequired: false, help: "What predicts: an adapter on its base,"),
            InputDeclaration("model", .model, isRequired: false, help: "or a whole model."),
        ],
        output: .always(.predictions), compute: .tensors,
        example: """
            answers:
              uses: predict
              from: {adapter: adapter}
              with: {texts: ["Not once did I regret it."]}
            """,
        check: { parameters in
            let hasNone = try parameters[texts].isEmpty && parameters.json[source.declaration.name].isNull
            return hasNone
                ? [ParameterProblem(path: [], message: "there is nothing to predict: write `texts` or `source`")] : []
        })

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let texts = try parameters[texts] + readTexts(parameters)
        guard !texts.isEmpty else {
            throw StageFailure("there are no texts", place: .parameter(["source"]))
        }
        let folder = try parameters[tokenizer]?.path ?? context.input("model")
        let tokenizer = try StageFailure.locating("tokenizer") { try Tokenizer(folder: folder) }
        let encodings = try tokenizer.encodeBatch(texts, maximumLength: parameters[maxLength])
        let examples = encodings.map { EncodedExample(ids: $0.ids) }
        let tuned = try ScoredModel.load(
            context, parameter: model, dtype: parameters[ModelPrecision.parameter].dtype,
            quantization: parameters[WeightPrecision.parameter].quantization)
        let learned = LearnedTask(tuned.base)
        guard learned.task == .sequenceClassification else {
            throw StageFailure(
                "the model does \(learned.task.rawValue), and only what is said of whole rows can be predicted",
                help: "connect a model that was trained with `task: sequence-classification`")
        }
        let (logits, seconds) = try ScoredModel.logits(
            tuned, for: examples, batchSize: parameters[batchSize], context: context)
        try PredictionFile(learned: learned).write(logits, texts: texts, to: context.output)
        return StageReport(
            summary: "\(texts.count) texts", metrics: ["rows": .int(texts.count)],
            measurements: ["seconds": .double(seconds), "peak_memory_bytes": .int(PeakMemory.resident)])
    }

    private static func readTexts(_ parameters: ParameterValues) throws -> [String] {
        let column = ColumnReference.name(try parameters[column])
        let reader = RowReader(roles: ColumnRoles(text: column, pair: nil, target: nil, kind: .none), hasHeader: true)
        return try parameters[source].flatMap { file in
            guard file.spelled.hasSuffix(".txt") else { return try reader.rows(of: [file]).map(\.text) }
            return try String(contentsOfFile: file.path, encoding: .utf8).split(whereSeparator: \.isNewline)
                .map(String.init)
        }
    }
}
