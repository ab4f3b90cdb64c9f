import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Tensors
import Training

/// `merge`: an adapter becomes part of its base model's weights.
enum MergeStage: StageKind {
    /// What makes a model's folder complete besides its weights.
    static let companions = TokenizeStage.tokenizerFiles + ["merges.txt", "vocab.json", "added_tokens.json"]

    /// The largest difference between a logit before and after merging that rounding explains.
    static let tolerance = 1e-4

    /// How many logits are compared at most.
    private static let logitLimit = 1 << 26

    static let model = Parameter.inheritedFolder(
        "model", reading: ModelSource.modelFiles + companions, from: ("adapter", "model"),
        help: "The base model of the adapter; default: the one that it was trained on.")

    static let comparedRows = Parameter.integer(
        "compared_rows", default: 256, in: 1 ... .max,
        help: "How many rows of `tokens` the merged model and the adapter are compared on, at most.")

    static let quantization = Parameter<WeightPrecision>.choice(
        "quantization", default: .unchanged,
        help: "How the base model's weights were kept while the adapter was trained: what that model says is compared "
            + "with the merged one's, too."
    ).withoutKeyAtDefault

    static let declaration = StageDeclaration(
        kind: "merge", version: 3, summary: "Write an adapter into its base model's weights",
        discussion: """
            The sums are made in float32. Afterwards the merged model is read from disk and compared with the adapter on \
            its base: on rows of the validation split if `tokens` is connected, else on made-up ones. A logit that differs by \
            more than 1e-4 is an error. The result is a folder that transformers loads, tokenizer included. It has the \
            base model's own weights also where the adapter was trained with them in few bits; name that `quantization`, and \
            how far the two models are from each other is told.
            """,
        parameters: [model.declaration, comparedRows.declaration, quantization.declaration],
        inputs: [
            InputDeclaration("adapter", .adapter, help: "What is merged."),
            InputDeclaration("tokens", .tokens, isRequired: false, help: "Rows for the comparison."),
        ],
        output: .always(.model), compute: .tensors,
        example: """
            merged:
              uses: merge
              from: {adapter: adapter, tokens: tokens}
            """)

    static func run(_ context: StageContext) throws -> StageReport {
        let base = try context.parameters[model]
        let source = try ModelSource(context)
        let tuned = try StageFailure.locating("model") { try source.tuned(try context.input("adapter"), base: base) }
        let rows = try probe(context, tuned)
        let before = try logits(of: tuned, for: rows, context)
        do { try tuned.merge() } catch { throw StageFailure(error) }
        try tuned.base.save(to: context.output)
        try copyCompanions(from: base?.path, to: context.output)

        let merged = try source.whole(context.output)
        let after = try logits(of: merged, for: rows, context)
        let drift = LogitDifference(before, after).largest
        guard drift < tolerance else {
            throw StageFailure(
                "the merged model's logits differ from the adapter's by up to \(drift.formatted()), more than \(tolerance)",
                help: "this should not happen in float32; please report it with the pipeline")
        }
        var metrics: JSONValue = ["max_logit_difference": .double(drift), "compared_rows": .int(rows.count)]
        let first = try figure(of: merged, after, rows, context)
        if let first { metrics[first.name] = .double(first.value) }
        var summary = "largest logit difference \(String(format: "%.1e", drift))"
        if let quantization = try context.parameters[quantization].quantization {
            let quantized = try StageFailure.locating("model") {
                try ModelSource(context, quantization: quantization).tuned(try context.input("adapter"), base: base)
            }
            let logits = try logits(of: quantized, for: rows, context)
            let difference = LogitDifference(logits, after)
            metrics["quantized_max_logit_difference"] = .double(difference.largest)
            metrics["quantized_mean_logit_difference"] = .double(difference.mean)
            if let own = try figure(of: quantized, logits, rows, context) {
                metrics["quantized_" + own.name] = .double(own.value)
            }
            summary += String(format: ", %.2g to what was trained in \(quantization.rawValue)", difference.largest)
        }
        return StageReport(
            summary: summary, metrics: metrics,
            measurements: ["peak_memory_bytes": .int(PeakMemory.resident)])
    }

    private static func logits(
        of model: any TunedModel, for rows: [EncodedExample], _ context: StageContext
    ) throws -> [[Float]] {
        try ScoredModel.logits(model, for: rows, batchSize: 64, context: context).logits
    }

    /// The task's first figure on rows that have targets.
    private static func figure(
        of model: any TunedModel, _ logits: [[Float]], _ rows: [EncodedExample], _ context: StageContext
    ) throws -> (name: String, value: Double)? {
        guard context.inputs["tokens"] != nil else { return nil }
        let learned = LearnedTask(model.base)
        let predictions =
            learned.task == .sequenceClassification
            ? logits.map { .scores($0) } : try Predictor(model: model).predictions(for: rows)
        let evaluation = Evaluation(predictions, of: rows, for: TaskLoss(model.base), labels: learned.labels.count)
        return evaluation.metrics.figures.first
    }

    /// Rows to compare on.
    private static func probe(_ context: StageContext, _ tuned: any TunedModel) throws -> [EncodedExample] {
        let learned = LearnedTask(tuned.base)
        if let tokens = context.inputs["tokens"] {
            let set = try TokenSet(tokens)
            try learned.check(set)
            for split in [SplitName.validation, .test, .train] {
                let rows = try set.examples(of: split).prefix(context.parameters[comparedRows])
                if !rows.isEmpty {
                    let encoded = rows.map { $0.encoded(for: learned.task, labelCount: learned.labels.count) }
                    return fewer(encoded, for: tuned)
                }
            }
        }
        var generator = SplitMix64(seed: 0)
        let dimensions = tuned.base.dimensions
        let longest = max(1, min(64, dimensions.maximumLength - tuned.virtualTokenCount))
        func text() -> [Int32] {
            let length = 1 + generator.next(below: longest)
            return (0..<length).map { _ in Int32(generator.next(below: dimensions.vocabularySize)) }
        }
        let rows = (0..<64).map { _ in
            let ids = text()
            return EncodedExample(ids: ids, target: learned.task == .sequenceToSequence ? .answer(text()) : nil)
        }
        return fewer(rows, for: tuned)
    }

    /// As many of the rows as have room for their logits, which are kept to be compared.
    private static func fewer(_ rows: [EncodedExample], for tuned: any TunedModel) -> [EncodedExample] {
        let vocabularySize = tuned.base.dimensions.vocabularySize
        let width: (EncodedExample) -> Int =
            switch tuned.base.task {
            case .sequenceClassification: { _ in tuned.base.labels.count }
            case .tokenClassification: { $0.ids.count * tuned.base.labels.count }
            case .maskedLanguageModelling, .causalLanguageModelling: { $0.ids.count * vocabularySize }
            case .sequenceToSequence:
                { if case .answer(let answer)? = $0.target { answer.count * vocabularySize } else { 0 } }
            }
        var left = logitLimit
        let kept = rows.prefix { row in
            left -= width(row)
            return left > 0
        }
        return kept.isEmpty ? Array(rows.prefix(1)) : Array(kept)
    }

    /// Copies what makes a model's folder complete besides its weights.
    static func copyCompanions(from folder: String?, to output: String) throws {
        guard let folder else { return }
        for name in companions {
            let file = URL(fileURLWithPath: folder).appending(path: name)
            guard let data = FileManager.default.contents(atPath: file.path) else { continue }
            try ArtifactFile.write(data, name, in: output)
        }
    }
}
