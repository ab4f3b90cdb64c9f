import Foundation
import JSONValues
import Models
import StageInterface
import Tensors
import Tokenizers

/// `new-model`: a small language model that knows nothing yet, and a tokenizer of the texts that it is to learn.
enum NewModelStage: StageKind {
    enum Architecture: String, CaseIterable, Sendable { case gpt2, llama }

    static let architecture = Parameter<Architecture>.choice(
        "architecture", default: .gpt2, help: "`model_type` of the model.")
    static let vocabularySize = Parameter.integer(
        "vocab_size", default: 1024, in: 257...1_000_000,
        help: "The most tokens: one that ends a text, the 256 bytes, and what is learned from the texts.")
    static let hiddenSize = Parameter.integer(
        "hidden_size", default: 128, in: 8...65536, help: "The width of hidden states.")
    static let layers = Parameter.integer("num_hidden_layers", default: 4, in: 1...1000, help: "How many layers.")
    static let heads = Parameter.integer(
        "num_attention_heads", default: 4, in: 1...1024, help: "Heads of each layer; they divide the width.")
    static let length = Parameter.integer(
        "max_position_embeddings", default: 256, in: 2...1_000_000, help: "The longest text, in tokens.")
    static let dropout = Parameter.number(
        "dropout", default: 0, in: .fraction, help: "What the model drops while it is trained; of gpt2.")
    static let seed = Parameter.integer("seed", default: 42, help: "Seed of the weights.")

    /// The token that ends a text, as GPT-2 spells it.
    private static let end = "<|endoftext|>"

    static let declaration = StageDeclaration(
        kind: "new-model", version: 1, summary: "Make a small language model with new weights, and its tokenizer",
        discussion: """
            For pretraining in a pipeline: `train` with the method `full` teaches it, and `merge` makes a base model of that. \
            The tokenizer is a byte-level BPE that is learned from the training split, texts and answers, as the library \
            tokenizers learns one. Weights begin as GPT-2's did.
            """,
        parameters: [
            architecture.declaration, vocabularySize.declaration, hiddenSize.declaration, layers.declaration,
            heads.declaration, length.declaration, dropout.declaration, seed.declaration,
        ],
        inputs: [InputDeclaration("dataset", .dataset, help: "The texts that the tokenizer is learned from.")],
        output: .always(.model), compute: .tensors,
        example: """
            blank:
              uses: new-model
              from: {dataset: texts}
              with: {architecture: gpt2, hidden_size: 128, num_hidden_layers: 4, vocab_size: 1024}
            """,
        check: check)

    static func run(_ context: StageContext) throws -> StageReport {
        let parameters = context.parameters
        let rows = try DatasetFile.rows(of: .train, in: context.input("dataset"))
        let texts = rows.flatMap { row -> [String] in
            if case .answer(let answer) = row.target { return [row.text, answer] }
            return [row.text]
        }
        let trainer = BytePairTrainer(
            texts: texts, vocabularySize: try parameters[vocabularySize], specialTokens: [end])
        let tokenizerConfiguration: JSONValue = [
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": .string(end), "eos_token": .string(end),
            "pad_token": .string(end), "model_max_length": .int(try parameters[length]),
            "clean_up_tokenization_spaces": false,
        ]
        try write(trainer.file, "tokenizer.json", context.output)
        try write(tokenizerConfiguration, "tokenizer_config.json", context.output)
        let configuration = try configuration(parameters, vocabularySize: trainer.tokens.count)
        try write(configuration, "config.json", context.output)

        let device = try ModelSource.prepare(context.numerics)
        var options = ModelOptions(
            task: .causalLanguageModelling, device: device,
            generator: try RandomGenerator(seed: UInt64(bitPattern: Int64(try parameters[seed]))))
        options.isNew = true
        let model = try StageFailure.locating(architecture.declaration.name) {
            try ModelArchitectures.load(folder: context.output, options: options).model
        }
        try model.save(to: context.output)
        let count = model.parameters.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return StageReport(
            summary: "\(InspectionText.count(count)) parameters, \(trainer.tokens.count) tokens",
            metrics: ["parameters": .int(count), "vocabulary": .int(trainer.tokens.count)])
    }

    private static func configuration(_ parameters: ParameterValues, vocabularySize: Int) throws -> JSONValue {
        let width = try parameters[hiddenSize]
        let (depth, count, most) = (try parameters[layers], try parameters[heads], try parameters[length])
        var json: JSONValue = [
            "model_type": .string(try parameters[architecture].rawValue), "vocab_size": .int(vocabularySize),
            "bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 0, "initializer_range": 0.02,
            "tie_word_embeddings": true,
        ]
        switch try parameters[architecture] {
        case .gpt2:
            json["n_embd"] = .int(width)
            json["n_layer"] = .int(depth)
            json["n_head"] = .int(count)
            json["n_positions"] = .int(most)
            for key in ["resid_pdrop", "embd_pdrop", "attn_pdrop"] { json[key] = .double(try parameters[dropout]) }
        case .llama:
            json["hidden_size"] = .int(width)
            json["num_hidden_layers"] = .int(depth)
            json["num_attention_heads"] = .int(count)
            json["num_key_value_heads"] = .int(count)
            json["max_position_embeddings"] = .int(most)
            // Three matrices of eight thirds of the width have the size of two of four widths.
            json["intermediate_size"] = .int((8 * width + 2) / 3)
        }
        return json
    }

    private static func write(_ json: JSONValue, _ name: String, _ folder: String) throws {
        try ArtifactFile.write((json.pretty + "\n").utf8, name, in: folder)
    }

    private static func check(_ parameters: ParameterValues) throws -> [ParameterProblem] {
        var problems: [ParameterProblem] = []
        let (width, count) = (try parameters[hiddenSize], try parameters[heads])
        let isRotated = try parameters[architecture] == .llama
        if width % count != 0 || isRotated && width / count % 2 != 0 {
            problems.append(
                ParameterProblem(
                    path: [heads.declaration.name],
                    message: "the width \(width) is not divided into \(count) heads"
                        + (isRotated ? " of an even width" : ""),
                    help: "write a `num_attention_heads` that divides `hidden_size`"))
        }
        if isRotated, try parameters[dropout] != 0 {
            problems.append(
                ParameterProblem(
                    path: [dropout.declaration.name], message: "`llama` drops nothing",
                    help: "write `architecture: gpt2`, or leave it out"))
        }
        return problems
    }
}
