import Models
import PEFT
import Tensors

/// Takes the best token, or draws one, until each text of a batch has ended.
struct TokenSearch {
    let model: any TunedModel
    let configuration: GenerationConfiguration

    /// - Parameter rows: the texts' numbers, which the draws go by.
    func callAsFunction(_ prompts: [[Int32]], rows: [Int], shouldStop: () -> Bool) throws -> [GeneratedText] {
        let processor = ScoreProcessor(configuration)
        var results = prompts.map { _ in GeneratedText(tokens: [], isComplete: false) }
        var random = rows.map { RowRandom(seed: configuration.sampling?.seed ?? 0, row: $0) }
        var active = Array(prompts.indices)
        let continuation = try Continuation(model, prompts: prompts)
        var scores = try continuation.start()
        while true {
            if shouldStop() { throw GenerationStopped() }
            let tokens = try choose(scores, processor, continuation.texts) { random[active[$0]].place(by: $1) }
            var left: [Int] = []
            for (place, token) in tokens.enumerated() {
                let row = active[place]
                if configuration.endIDs.contains(token) {
                    results[row].isComplete = true
                    continue
                }
                results[row].tokens.append(token)
                if results[row].tokens.count < configuration.maxNewTokens { left.append(place) }
            }
            guard !left.isEmpty else { return results }
            try continuation.select(left)
            active = left.map { active[$0] }
            scores = try continuation.advance(by: left.map { tokens[$0] })
        }
    }

    private func choose(
        _ scores: Tensor, _ processor: ScoreProcessor, _ texts: [[Int32]], _ draw: (Int, [Float]) -> Int
    ) throws -> [Int32] {
        if processor.isIdentity { return try scores.argmax(dim: 1).ints().map(Int32.init) }
        let values = try scores.floats()
        let width = scores.shape[1]
        return texts.indices.map { place in
            var row = Array(values[place * width..<(place + 1) * width])
            processor(&row, text: texts[place])
            if configuration.sampling != nil { return Int32(draw(place, row)) }
            return Int32(BestScores(row, count: 1).places.first ?? 0)
        }
    }
}
