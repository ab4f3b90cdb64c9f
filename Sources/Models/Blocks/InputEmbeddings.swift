import Tensors

/// Words, positions and segments as vectors, summed.
final class InputEmbeddings {
    let words: Embedding
    private let positions: Embedding?
    private let positionOffset: Int
    private let tokenTypes: Embedding?
    private let norm: Norm?
    private let projection: Linear?
    private let description: EmbeddingsDescription

    init(_ description: EmbeddingsDescription, from weights: WeightReader) throws {
        self.description = description
        let width = description.width
        words = try Embedding(description.words, entries: description.vocabularySize, width: width, from: weights)
        switch description.positions {
        case .none:
            positions = nil
            positionOffset = 0
        case .table(let name, let entries, let offset):
            positions = try Embedding(name, entries: entries, width: width, from: weights)
            positionOffset = offset
        }
        tokenTypes = try description.tokenTypes.map { name, count in
            try Embedding(name, entries: count, width: width, from: weights)
        }
        norm = try description.norm.map { try Norm($0, from: weights) }
        projection = try description.projection.map { try Linear($0, from: weights) }
    }

    var linears: [Linear] { projection.map { [$0] } ?? [] }
    var tables: [Embedding] { [words, positions, tokenTypes].compactMap { $0 } }

    var parameters: [Parameter] {
        tables.map(\.weight) + (norm?.parameters ?? []) + (projection?.parameters ?? [])
    }

    /// (batch, length, d)
    func callAsFunction(_ input: ModelInput, layout: SequenceLayout, mode: ForwardMode) throws -> Tensor {
        var states =
            switch input.tokens {
            case .ids(let ids): try words(ids)
            case .embeddings(let embeddings), .states(let embeddings, _): try embeddings.to(words.weight.value.dtype)
            }
        if description.scale != 1 { states = try states * description.scale }
        if let tokenTypes {
            // Segment 0 is one row, which broadcasts as the positions do.
            states =
                if let tokenTypeIDs = input.tokenTypeIDs {
                    try states + tokenTypes(tokenTypeIDs)
                } else {
                    try states + tokenTypes.weight.value.narrowed(dim: 0, start: 0, length: 1)
                }
        }
        if let positions { states = try states + places(positions, layout) }
        if let norm { states = try norm(states) }
        states = try NN.dropout(states, probability: description.dropout, training: mode == .training)
        return try projection.map { try $0(states, mode: mode) } ?? states
    }

    /// (batch or 1, length, width)
    private func places(_ table: Embedding, _ layout: SequenceLayout) throws -> Tensor {
        guard layout.isAligned else {
            return try table(try (layout.positions + Double(positionOffset)).to(.int64))
        }
        return try table.weight.value.narrowed(
            dim: 0, start: positionOffset + layout.prefixLength, length: layout.length)
    }
}
