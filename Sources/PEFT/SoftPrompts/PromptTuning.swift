import JSONValues
package import Models
package import Tensors

/// Prompt tuning (Lester, Al-Rfou and Constant 2021, arXiv:2104.08691): vectors in front of the input are trained.
///
/// The parameters are PEFT's `PromptTuningConfig`'s.
package struct PromptTuning: SoftPromptMethod, Hashable {
    package static var peftType: String { "PROMPT_TUNING" }

    /// The vectors that training begins with.
    package enum Initialisation: Sendable, Hashable {
        /// N(0, 1), which is far off the scale of word embeddings and trains slowly.
        case random
        /// The embeddings of words drawn at random, each with the same probability.
        case sampleVocabulary
        /// The embeddings of a text's tokens, special ones included, repeated or cut to fit.
        case text(String, ids: [Int], tokenizer: String)
    }

    package var numVirtualTokens: Int
    package var numTransformerSubmodules = 1
    /// PEFT's default is `random`; ours is what trains.
    package var promptTuningInit: Initialisation

    /// Whether the frozen model drops activations in training, as PEFT under a Trainer does. Off trains faster and further.
    package var baseDropout = false

    package init(numVirtualTokens: Int, promptTuningInit: Initialisation = .sampleVocabulary) {
        self.numVirtualTokens = numVirtualTokens
        self.promptTuningInit = promptTuningInit
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        let saved = try prepare(model, isTrainable: true)
        let vectors = try initialVectors(for: model, generator: generator)
        return SoftPromptModel(
            base: model, method: self, source: try PromptEmbedding(vectors, isTrainable: true), saved: saved)
    }

    /// (V, d)
    private func initialVectors(for model: any TransformerModel, generator: RandomGenerator) throws -> Tensor {
        let count = totalVirtualTokens
        let vocabularySize = model.dimensions.vocabularySize
        switch promptTuningInit {
        case .random:
            let shape = [count, model.dimensions.embeddingSize]
            return try Tensor.normal(shape, mean: 0, standardDeviation: 1, generator: generator).to(model.device)
        case .sampleVocabulary:
            return try sampledWords(of: model, generator: generator)
        case .text(let text, let textIDs, _):
            guard !textIDs.isEmpty else { throw PEFTError(["prompt_tuning_init_text `\(text)` has no tokens"]) }
            if let id = textIDs.first(where: { !(0..<vocabularySize).contains($0) }) {
                throw PEFTError(
                    [
                        "prompt_tuning_init_text has a token with id \(id), "
                            + "but the model's vocabulary has \(vocabularySize)"
                    ],
                    help: "use the model's own tokenizer")
            }
            return try words((0..<count).map { textIDs[$0 % textIDs.count] }, of: model)
        }
    }
}

// MARK: - PEFT's files

extension PromptTuning {
    package init(from configuration: inout ConfigurationReader) {
        let count = Self.readCommonKeys(&configuration)
        // How training began is past. It is read so that saving again tells the same.
        let text = configuration.string("prompt_tuning_init_text")
        let tokenizer = configuration.string("tokenizer_name_or_path")
        configuration.ignore(["tokenizer_kwargs"])
        let initialisation: Initialisation
        switch configuration.choice("prompt_tuning_init", default: InitialisationName.random) {
        case .random: initialisation = .random
        case .sampleVocabulary: initialisation = .sampleVocabulary
        case .text: initialisation = .text(text ?? "", ids: [], tokenizer: tokenizer ?? "")
        }
        self.init(numVirtualTokens: count, promptTuningInit: initialisation)
        numTransformerSubmodules = Self.readSubmodules(&configuration)
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        let (vectors, saved) = try readPrompt(for: model, from: source, width: model.dimensions.embeddingSize)
        try prepare(model, saved: saved, isTrainable: source.isTrainable)
        return SoftPromptModel(
            base: model, method: self, source: try PromptEmbedding(vectors, isTrainable: source.isTrainable),
            saved: saved)
    }

    var fileConfiguration: [String: JSONValue] {
        switch promptTuningInit {
        case .random: ["prompt_tuning_init": .string(InitialisationName.random.rawValue)]
        case .sampleVocabulary: ["prompt_tuning_init": .string(InitialisationName.sampleVocabulary.rawValue)]
        case .text(let text, _, let tokenizer):
            [
                "prompt_tuning_init": .string(InitialisationName.text.rawValue),
                "prompt_tuning_init_text": .string(text),
                "tokenizer_name_or_path": .string(tokenizer),
            ]
        }
    }

    private enum InitialisationName: String, CaseIterable {
        case random = "RANDOM"
        case sampleVocabulary = "SAMPLE_VOCAB"
        case text = "TEXT"
    }
}
