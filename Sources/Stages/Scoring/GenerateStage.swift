import Foundation
import Generation
import JSONValues
import Models
import PEFT
import StageInterface
import TextMetrics
import Tokenizers

/// `generate`: the answers of a language model, held against those that the rows have.
enum GenerateStage: StageKind {
    static let split = Parameter<SplitName>.choice("split", default: .test, help: "The split that is answered.")
    static let limit = Parameter.optionalInteger(
        "limit", in: 1 ... .max, help: "Only the first so many texts of the split.")
    static let metrics = Parameter<[ScoreMetric]>.choices(
        "metrics", among: ScoreMetric.ofTexts, default: [.bleu, .chrf, .rougeL, .exactMatch],
        help: "The figures of the table.")
    static let model = EvaluateStage.model
    static let tokenizer = Parameter.inheritedFolder(
        "tokenizer", reading: TokenizeStage.tokenizerFiles, from: ("tokens", "tokenizer"),
        help: "The folder of the tokenizer; default: the one that made the tokens.")
    static let batchSize = Parameter.integer(
        "batch_size", default: 32, in: 1...65536, help: "Texts that are answered at once, as far as memory allows.")

    static let maxNewTokens = Parameter.integer(
        "max_new_tokens", default: 64, in: 1...1_000_000, help: "The most tokens of an answer, the end included.")
    static let numBeams = Parameter.integer(
        "num_beams", default: 1, in: 1...256, help: "Answers that are kept beside one another; 1 takes the best token.")
    static let lengthPenalty = Parameter.number(
        "length_penalty", default: 1, in: NumberRange(-100, 100),
        help: "Of beams: scores are divided by the length to this power; above 0 favours long answers.")
    static let earlyStopping = Parameter<GenerationConfiguration.EarlyStopping>(
        "early_stopping", .oneOf([.boolean, .choice(["never"])]), default: .value(false),
        help: "Of beams: end once as many answers as there are beams have ended; never: only when none can get better."
    ) { value in
        value.boolValue.map { $0 ? .yes : .no } ?? (value.stringValue == "never" ? .never : nil)
    }
    static let repetitionPenalty = Parameter.number(
        "repetition_penalty", default: 1, in: NumberRange(0.01, 100),
        help: "Above 1, tokens that text and answer have already become less likely.")
    static let doSample = Parameter.boolean(
        "do_sample", default: false, help: "Draw tokens instead of taking the best.")
    static let temperature = Parameter.number(
        "temperature", default: 1, in: .positive, help: "Of draws: below 1 favours likely tokens.")
    static let topK = Parameter.integer(
        "top_k", default: 50, in: 0 ... .max, help: "Of draws: only so many of the most likely tokens; 0 is no limit.")
    static let topP = Parameter.number(
        "top_p", default: 1, in: .fraction,
        help: "Of draws: only the most likely tokens that have this share of the probability together.")
    static let seed = Parameter.integer("seed", default: 42, help: "Seed of the draws.")

    static let declaration = StageDeclaration(
        kind: "generate", version: 1, summary: "Answer texts with a language model, and score the answers",
        discussion: """
            The parameters are those of transformers' `generate`, and with the same weights the answers are the same; draws \
            have a sequence of their own, in which a text's do not depend on others. Rows of one text are answered once and \
            have several references. bleu and chrf are sacrebleu's, 0 to 100; rouge_1, rouge_2 and rouge_l are \
            rouge_score's mean F measures, and exact_match is the share that equals a reference, 0 to 1. \
            `predictions.jsonl` has each answer.
            """,
        parameters: [
            split.declaration, limit.declaration, metrics.declaration, model.declaration,
            WeightPrecision.parameter.declaration, tokenizer.declaration,
            batchSize.declaration, maxNewTokens.declaration, numBeams.declaration, lengthPenalty.declaration,
            earlyStopping.declaration, repetitionPenalty.declaration, doSample.declaration, temperature.declaration,
            topK.declaration, topP.declaration, seed.declaration,
        ],
        inputs: [
            InputDeclaration("adapter", .adapter, isRequired: false, help: "What answers: an adapter on its base,"),
            InputDeclaration("model", .model, isRequired: false, help: "or a whole model."),
            InputDeclaration("tokens", .tokens, help: "The rows."),
            InputDeclaration("dataset", .dataset, help: "The same rows as texts, for the references."),
        ],
        output: .always(.scores), compute: .tensors,
        example: """
            answers:
              uses: generate
              from: {adapter: adapter, tokens: tokens, dataset: rows}
              with: {split: test, num_beams: 4, max_new_tokens: 64, metrics: [bleu, rouge_l]}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let tokens = try TokenSet(context.input("tokens"))
        let split = try parameters[split]
        let prompts = try AnsweredText.read(
            split, tokens: tokens, dataset: context.input("dataset"), limit: parameters[limit])
        let folder = try parameters[tokenizer]?.path ?? ""
        let tokenizer = try StageFailure.locating("tokenizer") { try Tokenizer(folder: folder) }
        let tuned = try ScoredModel.load(
            context, parameter: model, quantization: parameters[WeightPrecision.parameter].quantization)
        try LearnedTask(tuned.base).check(tokens)
        var configuration = try configuration(parameters)
        configuration.endIDs = Set([tokenizer.endID].compactMap { $0 })
        let generator = Generator(
            model: tuned, configuration: configuration, batchSize: try parameters[batchSize])

        let start = ContinuousClock.now
        let answers: [GeneratedText]
        do {
            answers = try generator.generate(
                prompts.map(\.tokens),
                progress: { done in
                    context.progress(
                        StageProgress(
                            completed: done, total: prompts.count, details: ["\(done)/\(prompts.count) texts"]))
                }, shouldStop: { context.isStopRequested })
        } catch is GenerationStopped {
            throw StageStopped()
        } catch {
            throw StageFailure(error)
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let texts = try answers.map { try tokenizer.decode($0.tokens) }
        try write(prompts, answers, texts, to: context.output)

        let cut = answers.count { !$0.isComplete }
        if cut > 0 {
            context.note(
                "\(cut) of \(answers.count) answers are cut off at max_new_tokens \(configuration.maxNewTokens)")
        }
        let referred = zip(prompts, texts).map { ReferredText(text: $1, references: $0.references) }
        let said = answers.reduce(0) { $0 + $1.tokens.count }
        var figures: JSONValue = [
            "split": .string(split.rawValue), "rows": .int(prompts.count),
            "references": .int(prompts.reduce(0) { $0 + $1.references.count }), "tokens": .int(said), "cut": .int(cut),
        ]
        let chosen = try parameters[metrics]
        let values = chosen.map { (name: $0.rawValue, value: value(of: $0, referred)) }
        for (name, value) in values { figures[name] = .double(value) }
        try ArtifactFile.write((figures.pretty + "\n").utf8, ScoresFile.name, in: context.output)
        return StageReport(
            summary: values.first.map { "\($0.name) \(String(format: "%.4f", $0.value))" } ?? "",
            metrics: figures,
            measurements: [
                "seconds": .double(seconds), "tokens_per_second": .double(Double(said) / seconds),
                "peak_memory_bytes": .int(PeakMemory.resident),
            ])
    }

    private static func value(of metric: ScoreMetric, _ texts: [ReferredText]) -> Double {
        switch metric {
        case .bleu: BLEU(texts).score
        case .chrf: ChrF(texts).score
        case .rouge1: ROUGE.runs(1).score(texts)
        case .rouge2: ROUGE.runs(2).score(texts)
        case .rougeL: ROUGE.longest.score(texts)
        default: texts.exactMatch
        }
    }

    private static func write(
        _ prompts: [AnsweredText], _ answers: [GeneratedText], _ texts: [String], to folder: String
    ) throws {
        var lines = ""
        for (prompt, (answer, text)) in zip(prompts, zip(answers, texts)) {
            let row: JSONValue = [
                "id": .int(prompt.id), "text": .string(prompt.text), "predicted": .string(text),
                "references": .array(prompt.references.map(JSONValue.string)), "complete": .bool(answer.isComplete),
            ]
            lines += try row.canonical + "\n"
        }
        try ArtifactFile.write(lines.utf8, PredictionFile.name, in: folder)
    }

    // MARK: - Parameters

    private static func configuration(_ parameters: ParameterValues) throws -> GenerationConfiguration {
        var configuration = GenerationConfiguration()
        configuration.maxNewTokens = try parameters[maxNewTokens]
        configuration.numBeams = try parameters[numBeams]
        configuration.lengthPenalty = try parameters[lengthPenalty]
        configuration.earlyStopping = try parameters[earlyStopping]
        configuration.repetitionPenalty = try parameters[repetitionPenalty]
        guard try parameters[doSample] else { return configuration }
        var sampling = Sampling()
        sampling.temperature = try parameters[temperature]
        sampling.topK = try parameters[topK]
        sampling.topP = try parameters[topP]
        sampling.seed = UInt64(bitPattern: Int64(try parameters[seed]))
        configuration.sampling = sampling
        return configuration
    }

    /// A parameter that would do nothing is a misunderstanding.
    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        let draws = try parameters[doSample]
        let beams = try parameters[numBeams]
        var problems: [ParameterProblem] = []
        if draws, beams > 1 {
            problems.append(
                ParameterProblem(
                    path: [doSample.declaration.name], message: "draws and beams don't go together",
                    help: "write `num_beams: 1`, or `do_sample: false`"))
        }
        func unused(_ declarations: [ParameterDeclaration], without needed: String) {
            for declaration in declarations where parameters.json[declaration.name] != declaration.writtenDefault {
                problems.append(
                    ParameterProblem(
                        path: [declaration.name], message: "`\(declaration.name)` does nothing without `\(needed)`",
                        help: "write `\(needed)`, or leave it out"))
            }
        }
        if !draws {
            unused(
                [temperature.declaration, topK.declaration, topP.declaration, seed.declaration],
                without: "do_sample: true")
        }
        if beams == 1 { unused([lengthPenalty.declaration, earlyStopping.declaration], without: "num_beams: 2") }
        return problems
    }
}
