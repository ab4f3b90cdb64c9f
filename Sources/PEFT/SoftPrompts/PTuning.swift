import Foundation
import JSONValues
package import Models
package import Tensors

/// P-tuning (Liu et al. 2021, arXiv:2103.10385): the vectors in front of the input are the outputs of a small network,
/// which is trained.
///
/// The parameters are PEFT's `PromptEncoderConfig`'s. PEFT saves the network's outputs only, so that training can't go
/// on; ours keeps the network beside them, in `prompt_encoder.safetensors`, which PEFT doesn't read.
package struct PTuning: SoftPromptMethod, Hashable {
    package static var peftType: String { "P_TUNING" }

    package enum EncoderReparameterizationType: String, CaseIterable, Sendable {
        case mlp = "MLP"
        case lstm = "LSTM"
    }

    /// What the network makes before it has learned anything.
    package enum Initialisation: String, CaseIterable, Sendable {
        /// What PyTorch's first weights give, as in PEFT: nearly one vector V times, which trains slowly.
        case random = "RANDOM"
        /// The embeddings of words drawn at random, each with the same probability.
        case sampleVocabulary = "SAMPLE_VOCAB"
    }

    package var numVirtualTokens: Int
    package var numTransformerSubmodules = 1
    package var encoderReparameterizationType: EncoderReparameterizationType
    /// h
    package var encoderHiddenSize: Int
    /// Layers of the LSTM; an MLP has three.
    package var encoderNumLayers: Int
    /// The probability that an output of an LSTM's layer but the last is dropped while training.
    package var encoderDropout: Double
    package var encoderInit = Initialisation.sampleVocabulary

    /// Whether the frozen model drops activations in training, as PEFT under a Trainer does. Off trains faster and further.
    package var baseDropout = false

    /// The network takes small steps, and a head that is new learns too little by them in an epoch to tell the prompt
    /// where to go.
    package var headLearningRateFactor: Double { 10 }

    package init(
        numVirtualTokens: Int, encoderReparameterizationType: EncoderReparameterizationType = .mlp,
        encoderHiddenSize: Int, encoderNumLayers: Int = 2, encoderDropout: Double = 0
    ) {
        self.numVirtualTokens = numVirtualTokens
        self.encoderReparameterizationType = encoderReparameterizationType
        self.encoderHiddenSize = encoderHiddenSize
        self.encoderNumLayers = encoderNumLayers
        self.encoderDropout = encoderDropout
    }

    package func attach(to model: any TransformerModel, generator: RandomGenerator) throws -> any TunedModel {
        try validate()
        let saved = try prepare(model, isTrainable: true)
        let encoder = try PromptEncoder(
            self, width: model.dimensions.embeddingSize, device: model.device,
            generator: generator)
        if encoderInit == .sampleVocabulary {
            try encoder.fit(try sampledWords(of: model, generator: generator))
        }
        for parameter in encoder.parameters { try parameter.setTrainable(true) }
        return SoftPromptModel(base: model, method: self, source: encoder, saved: saved)
    }

    private func validate() throws {
        var problems: [String] = []
        if encoderHiddenSize < 1 { problems.append("encoder_hidden_size is \(encoderHiddenSize), expected at least 1") }
        switch encoderReparameterizationType {
        case .mlp:
            if encoderNumLayers != 2 { problems.append("encoder_num_layers is for LSTM; an MLP always has the same") }
            if encoderDropout != 0 { problems.append("encoder_dropout is for LSTM; an MLP has none") }
        case .lstm:
            if encoderNumLayers < 1 {
                problems.append("encoder_num_layers is \(encoderNumLayers), expected at least 1")
            }
            if !(0..<1).contains(encoderDropout) {
                problems.append("encoder_dropout is \(encoderDropout), expected at least 0 and less than 1")
            }
        }
        if !problems.isEmpty { throw PEFTError(problems) }
    }
}

// MARK: - PEFT's files

extension PTuning {
    package init(from configuration: inout ConfigurationReader) {
        self.init(
            numVirtualTokens: Self.readCommonKeys(&configuration),
            encoderReparameterizationType: configuration.choice("encoder_reparameterization_type", default: .mlp),
            encoderHiddenSize: configuration.integer("encoder_hidden_size", in: 1...1_000_000),
            encoderNumLayers: configuration.integer("encoder_num_layers", default: 2, in: 1...1000),
            encoderDropout: configuration.number("encoder_dropout", default: 0, in: 0...1))
        numTransformerSubmodules = Self.readSubmodules(&configuration)
    }

    package func attach(to model: any TransformerModel, from source: AdapterSource) throws -> any TunedModel {
        let (vectors, saved) = try readPrompt(for: model, from: source, width: model.dimensions.embeddingSize)
        try prepare(model, saved: saved, isTrainable: source.isTrainable)
        guard source.isTrainable else {
            let prompt = try PromptEmbedding(vectors, isTrainable: false)
            return SoftPromptModel(base: model, method: self, source: prompt, saved: saved)
        }
        let encoder = try PromptEncoder(
            self, width: model.dimensions.embeddingSize, folder: source.folder, device: vectors.device)
        try encoder.check(against: vectors, folder: source.folder)
        for parameter in encoder.parameters { try parameter.setTrainable(true) }
        return SoftPromptModel(base: model, method: self, source: encoder, saved: saved)
    }

    var fileConfiguration: [String: JSONValue] {
        [
            "encoder_reparameterization_type": .string(encoderReparameterizationType.rawValue),
            "encoder_hidden_size": .int(encoderHiddenSize),
            "encoder_num_layers": .int(encoderNumLayers),
            "encoder_dropout": .double(encoderDropout),
        ]
    }
}
