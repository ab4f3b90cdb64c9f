import Tensors

/// Words, positions and segments as vectors, summed and normalised.
final class BERTEmbeddings {
    let words: Embedding
    private let positions: Embedding
    private let tokenTypes: Embedding
    private let norm: LayerNorm
    private let dropout: Double

    init(_ name: String, _ configuration: BERTConfiguration, from weights: WeightReader) throws {
        let width = configuration.hiddenSize
        words = try Embedding(
            "\(name).word_embeddings", entries: configuration.vocabularySize, width: width, from: weights)
        positions = try Embedding(
            "\(name).position_embeddings", entries: configuration.maximumLength, width: width, from: weights)
        tokenTypes = try Embedding(
            "\(name).token_type_embeddings", entries: configuration.tokenTypeCount, width: width, from: weights)
        norm = try LayerNorm(
            "\(name).LayerNorm", width: width, epsilon: configuration.layerNormEpsilon, from: weights)
        dropout = configuration.hiddenDropout
    }

    var parameters: [Parameter] { [words.weight, positions.weight, tokenTypes.weight] + norm.parameters }

    /// (batch, length, d)
    func callAsFunction(_ input: ModelInput, mode: ForwardMode) throws -> Tensor {
        let wordVectors =
            switch input.tokens {
            case .ids(let ids): try words(ids)
            case .embeddings(let embeddings): try embeddings.to(positions.weight.value.dtype)
            }
        let length = wordVectors.shape[1]
        // Segment 0 is one row, which broadcasts as the positions do.
        let segments =
            if let tokenTypeIDs = input.tokenTypeIDs {
                try tokenTypes(tokenTypeIDs)
            } else {
                try tokenTypes.weight.value.narrowed(dim: 0, start: 0, length: 1)
            }
        let places = try positions.weight.value.narrowed(dim: 0, start: 0, length: length)
        let sum = try wordVectors + segments + places
        return try NN.dropout(try norm(sum), probability: dropout, training: mode == .training)
    }
}
