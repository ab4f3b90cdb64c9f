import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Tokenizers
import Training

/// `switch`: rows that each name an adapter, answered by one base model that is loaded once.
enum SwitchStage: StageKind {
    static let source = Parameter.files(
        "source", extensions: ["csv", "tsv", "jsonl", "json"], help: "The file with the rows, or a list of files.")
    static let text = Parameter.text("column", default: "text", help: "The column of the text.")
    static let adapter = Parameter.text(
        "adapter_column", default: "adapter", help: "The column of the adapter's name: that of the stage that gave it.")
    static let label = Parameter.optionalText(
        "label_column", help: "The column of the class that is right; default: nothing is scored.")
    static let model = Parameter.folder(
        "model", reading: ModelSource.modelFiles + TokenizeStage.tokenizerFiles,
        help: "The folder of the base model that all adapters are for, and of its tokenizer.")
    static let maxLength = TokenizeStage.maxLength
    static let batchSize = EvaluateStage.batchSize
    static let grouped = Parameter.boolean(
        "group_by_adapter", default: true,
        help:
            "Answer all rows of an adapter before those of the next; false keeps the rows' order, and switches wherever "
            + "the next row names another.")

    static let declaration = StageDeclaration(
        kind: "switch", version: 1, summary: "Answer rows by the adapters that they name, on one base model",
        discussion: """
            The base model is read once, and each adapter once. To switch is to exchange references in place, whatever the \
            methods are: LoRA, factors, biases, prompts, and heads of other classes go side by side. Grouped, an adapter's \
            rows are computed in the batches that they would be alone, so the numbers are those of `evaluate` to the last \
            digit; in the rows' order they may differ in it.
            """,
        parameters: [
            source.declaration, text.declaration, adapter.declaration, label.declaration, model.declaration,
            ModelPrecision.parameter.declaration, WeightPrecision.parameter.declaration, maxLength.declaration,
            batchSize.declaration, grouped.declaration,
        ],
        inputs: [
            InputDeclaration("adapters", .adapter, gathers: true, help: "The adapters."),
            .model(),
        ],
        output: .always(.scores), compute: .tensors,
        example: """
            answers:
              uses: switch
              from: {adapters: [formal, short]}
              with: {source: requests.jsonl, label_column: label, model: models/minilm}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let labels = try parameters[label]
        let adapters = try NamedAdapter.all(context.gathered["adapters"] ?? [], areScored: labels != nil)
        let requests = try AdapterRequest.read(
            parameters[source], text: parameters[text], adapter: parameters[adapter], labels: labels, among: adapters)
        let base = try parameters[model]
        let tokenizer = try StageFailure.locating("model") { try Tokenizer(folder: base.path) }
        let examples = try zip(
            requests, tokenizer.encodeBatch(requests.map(\.text), maximumLength: parameters[maxLength])
        )
        .map { request, encoding in EncodedExample(ids: encoding.ids, tokenTypeIDs: nil, label: request.label) }
        var session = try SwitchedSession(context, adapters, base: base, batchSize: parameters[batchSize])
        let logits = try session.logits(of: requests, examples, isGrouped: parameters[grouped])
        let learned = Dictionary(adapters.map { ($0.name, $0.learned) }, uniquingKeysWith: { first, _ in first })
        let rows = zip(requests, logits).enumerated().map { id, pair in
            let (request, logits) = pair
            var row: JSONValue = [:]
            if let learned = learned[request.adapter] {
                row = PredictionFile(learned: learned).row(.scores(logits))
                if let label = request.label { row["label"] = .string(learned.labels[label]) }
            }
            row["id"] = .int(id)
            row["adapter"] = .string(request.adapter)
            return row
        }
        try PredictionFile.write(rows, to: context.output)
        let figures = try figures(requests, examples, logits, adapters, context)
        try ArtifactFile.write((figures.pretty + "\n").utf8, ScoresFile.name, in: context.output)
        return StageReport(
            summary: "\(requests.count) rows, \(adapters.count) adapters, \(session.switches) switches",
            metrics: figures,
            measurements: session.measurements)
    }

    /// The figures of each adapter's rows, and those of all rows.
    private static func figures(
        _ requests: [AdapterRequest], _ examples: [EncodedExample], _ logits: [[Float]], _ adapters: [NamedAdapter],
        _ context: StageContext
    ) throws -> JSONValue {
        var json: JSONValue = ["rows": .int(requests.count)]
        let isScored = try context.parameters[label] != nil
        var (hits, losses) = (0.0, 0.0)
        var each: [String: JSONValue] = [:]
        for adapter in adapters {
            let places = requests.indices.filter { requests[$0].adapter == adapter.name }
            each[adapter.name] = ["rows": .int(places.count)]
            guard isScored, !places.isEmpty else { continue }
            let evaluation = Evaluation(
                places.map { .scores(logits[$0]) }, of: places.map { examples[$0] },
                for: TaskLoss(task: adapter.learned.task), labels: adapter.learned.labels.count)
            let scores = Scores(evaluation: evaluation, learned: adapter.learned, split: .test, rows: places.count)
            for warning in scores.warnings { context.warn("\(adapter.name): \(warning)") }
            var own = try scores.json(nil).objectValue ?? [:]
            own["split"] = nil
            each[adapter.name] = .object(own)
            hits += (evaluation.metrics["accuracy"] ?? 0) * Double(places.count)
            losses += evaluation.loss * Double(places.count)
        }
        json["adapters"] = .object(each)
        if isScored {
            json["accuracy"] = .double(hits / Double(requests.count))
            json["loss"] = .double(losses / Double(requests.count))
        }
        return json
    }
}
