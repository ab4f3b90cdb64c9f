import Foundation
import Models
import PEFT
import Tensors

/// Keeps the best continuations of each text of a batch beside one another, by the sum of their tokens' log
/// probabilities.
///
/// Step by step as transformers: a text's beams go on with the best tokens that don't end it, those that ended are kept by
/// their score over their length, and a text is done when those that go on can hardly become better.
struct BeamSearch {
    let model: any TunedModel
    let configuration: GenerationConfiguration

    func callAsFunction(_ prompts: [[Int32]], shouldStop: () -> Bool) throws -> [GeneratedText] {
        let processor = ScoreProcessor(configuration)
        var states = prompts.map { _ in BeamState(configuration) }
        var active = Array(prompts.indices)
        let continuation = try Continuation(model, prompts: prompts)
        var scores = try continuation.start()
        // Before the first token, a text's beams are one.
        var rows = prompts.map { _ in 1 }
        while true {
            if shouldStop() { throw GenerationStopped() }
            var values = try scores.logSoftmax(dim: 1).floats()
            let width = scores.shape[1]
            if !processor.isIdentity {
                for (row, text) in continuation.texts.enumerated() {
                    var part = Array(values[row * width..<(row + 1) * width])
                    processor(&part, text: text)
                    values.replaceSubrange(row * width..<(row + 1) * width, with: part)
                }
            }
            var selected: [Int] = []
            var tokens: [Int32] = []
            var left: [Int] = []
            var first = 0
            for (place, text) in active.enumerated() {
                let count = rows[place]
                states[text].advance(values[first * width..<(first + count) * width], width: width)
                if !states[text].isDone {
                    left.append(text)
                    selected += states[text].running.map { first + $0.origin }
                    tokens += states[text].running.map(\.token)
                }
                first += count
            }
            guard !left.isEmpty else { return states.map(\.best) }
            active = left
            rows = left.map { states[$0].running.count }
            try continuation.select(selected)
            scores = try continuation.advance(by: tokens)
        }
    }
}

/// The beams of one text.
private struct BeamState {
    struct Beam {
        var tokens: [Int32]
        var score: Float
        /// Which of the beams before it goes on with.
        var origin: Int

        var token: Int32 { tokens.last ?? 0 }
    }

    private let configuration: GenerationConfiguration
    private(set) var running = [Beam(tokens: [], score: 0, origin: 0)]
    private(set) var isDone = false
    private var ended: [Beam] = []
    private var length = 0

    init(_ configuration: GenerationConfiguration) { self.configuration = configuration }

    /// What is said to the text.
    var best: GeneratedText {
        let tokens = ended.first?.tokens ?? running.first?.tokens ?? []
        guard let last = tokens.last, configuration.endIDs.contains(last) else {
            return GeneratedText(tokens: tokens, isComplete: false)
        }
        return GeneratedText(tokens: tokens.dropLast(), isComplete: true)
    }

    /// - Parameters:
    ///   - values: the log probabilities of the next token of each running beam, one beam's after another's.
    ///   - width: how many tokens there are.
    mutating func advance(_ values: ArraySlice<Float>, width: Int) {
        let beams = configuration.numBeams
        var candidates = BestScores(count: max(2, 1 + configuration.endIDs.count) * beams)
        values.withUnsafeBufferPointer { values in
            for (beam, score) in running.map(\.score).enumerated() {
                for token in 0..<width {
                    candidates.offer(values[beam * width + token] + score, at: beam * width + token)
                }
            }
        }
        length += 1
        let isLast = length == configuration.maxNewTokens
        var next: [Beam] = []
        for (rank, (score, place)) in zip(candidates.scores, candidates.places).enumerated() {
            let token = Int32(place % width)
            let beam = Beam(tokens: running[place / width].tokens + [token], score: score, origin: place / width)
            guard isLast || configuration.endIDs.contains(token) else {
                if next.count < beams { next.append(beam) }
                continue
            }
            // The others are only there so that enough beams go on.
            if rank < beams { end(beam) }
        }
        running = next
        isDone =
            isLast || next.isEmpty || ended.count == beams && (configuration.earlyStopping == .yes || !canImprove)
    }

    private mutating func end(_ beam: Beam) {
        var beam = beam
        beam.score /= penalty(length)
        let place = ended.firstIndex { $0.score < beam.score } ?? ended.count
        ended.insert(beam, at: place)
        if ended.count > configuration.numBeams { ended.removeLast() }
    }

    /// Whether the best running beam may still become better than the worst that has ended.
    private var canImprove: Bool {
        guard let best = running.first, let worst = ended.last else { return true }
        let isOpen = configuration.earlyStopping == .never && configuration.lengthPenalty > 0
        return best.score / penalty(isOpen ? configuration.maxNewTokens : length) > worst.score
    }

    private func penalty(_ length: Int) -> Float { Float(pow(Double(length), configuration.lengthPenalty)) }
}
