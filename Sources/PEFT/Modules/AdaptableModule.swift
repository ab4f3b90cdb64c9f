package import Models

/// A module that an adapter can stand on.
package enum AdaptableModule {
    case linear(Linear)
    case embedding(Embedding)

    /// The module's path as in transformers.
    package var name: String {
        switch self {
        case .linear(let layer): layer.name
        case .embedding(let table): table.name
        }
    }

    var weight: Parameter {
        switch self {
        case .linear(let layer): layer.weight
        case .embedding(let table): table.weight
        }
    }
}

extension TransformerModel {
    /// Whether the word embeddings also give the logits over the vocabulary.
    var tiesWordEmbeddings: Bool {
        switch task {
        case .sequenceClassification, .tokenClassification: false
        case .maskedLanguageModelling, .causalLanguageModelling, .sequenceToSequence: outputLayer == nil
        }
    }
}
