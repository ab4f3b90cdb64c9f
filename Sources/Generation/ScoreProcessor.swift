import Foundation

/// What is done to the scores of the next token before one is chosen, in transformers' order: the penalty for
/// repetition, temperature, `top_k`, `top_p`.
package struct ScoreProcessor: Sendable {
    private let repetitionPenalty: Float
    private let sampling: Sampling?

    package init(_ configuration: GenerationConfiguration) {
        repetitionPenalty = Float(configuration.repetitionPenalty)
        sampling = configuration.sampling
    }

    /// Whether scores stay as they are.
    var isIdentity: Bool { repetitionPenalty == 1 && sampling == nil }

    /// - Parameters:
    ///   - scores: of each token of the vocabulary, before softmax or after its logarithm. What can't be chosen becomes
    ///     minus infinity.
    ///   - text: the tokens so far, the prompt's included.
    package func callAsFunction(_ scores: inout [Float], text: [Int32]) {
        if repetitionPenalty != 1 {
            for id in Set(text) where scores.indices.contains(Int(id)) {
                let score = scores[Int(id)]
                scores[Int(id)] = score < 0 ? score * repetitionPenalty : score / repetitionPenalty
            }
        }
        guard let sampling else { return }
        if sampling.temperature != 1 {
            let temperature = Float(sampling.temperature)
            for index in scores.indices { scores[index] /= temperature }
        }
        if sampling.topK > 0 { Self.keepHighest(sampling.topK, &scores) }
        if sampling.topP < 1 { Self.keepNucleus(sampling.topP, &scores) }
    }

    /// Keeps the k highest scores, and those that equal the lowest of these.
    private static func keepHighest(_ count: Int, _ scores: inout [Float]) {
        guard count < scores.count, let least = BestScores(scores, count: count).scores.last else { return }
        for index in scores.indices where scores[index] < least { scores[index] = -.infinity }
    }

    /// Keeps the most likely tokens whose probabilities reach a sum; at least one.
    private static func keepNucleus(_ share: Double, _ scores: inout [Float]) {
        // From the least likely on, as the reference sums them.
        let order = scores.indices.filter { scores[$0] > -.infinity }.sorted {
            scores[$0] == scores[$1] ? $0 < $1 : scores[$0] < scores[$1]
        }
        let probabilities = softmax(order.map { scores[$0] })
        let limit = Float(1 - share)
        var sum: Float = 0
        for (place, index) in order.enumerated().dropLast() {
            sum += probabilities[place]
            if sum > limit { break }
            scores[index] = -.infinity
        }
    }

    static func softmax(_ scores: [Float]) -> [Float] {
        let highest = scores.max() ?? 0
        let powers = scores.map { exp($0 - highest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
