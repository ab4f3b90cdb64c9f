import Models
package import PEFT

/// Goes on with many texts, in batches of similar length.
package struct Generator {
    private let model: any TunedModel
    private let configuration: GenerationConfiguration
    private let batchSize: Int

    /// How many bytes the keys and values of a batch may take.
    private static let cacheLimit = 1 << 30

    /// - Parameter batchSize: how many texts are gone on with at once, at most.
    package init(model: any TunedModel, configuration: GenerationConfiguration, batchSize: Int = 32) {
        self.model = model
        self.configuration = configuration
        self.batchSize = batchSize
    }

    /// What the model says to each prompt, in their order.
    ///
    /// - Parameters:
    ///   - prompts: token ids, for an encoder or for the decoder to go on with.
    ///   - progress: called after each batch with the prompts done.
    ///   - shouldStop: asked before each token.
    /// - Throws: ``GenerationError`` for prompts that the model can't read; ``GenerationStopped`` if asked to stop.
    package func generate(
        _ prompts: [[Int32]], progress: (_ done: Int) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> [GeneratedText] {
        guard !prompts.isEmpty else { return [] }
        try check(prompts)
        let order = prompts.indices.sorted { (prompts[$0].count, $0) > (prompts[$1].count, $1) }
        var results = [GeneratedText?](repeating: nil, count: prompts.count)
        var done = 0
        while done < order.count {
            let rows = Array(order[done..<min(done + size(longest: prompts[order[done]].count), order.count)])
            let batch = rows.map { prompts[$0] }
            let texts =
                configuration.numBeams > 1
                ? try BeamSearch(model: model, configuration: configuration)(batch, shouldStop: shouldStop)
                : try TokenSearch(model: model, configuration: configuration)(batch, rows: rows, shouldStop: shouldStop)
            for (row, text) in zip(rows, texts) { results[row] = text }
            done += rows.count
            progress(done)
        }
        return results.compactMap { $0 }
    }

    /// How many texts fit the memory for keys and values.
    private func size(longest: Int) -> Int {
        let dimensions = model.base.dimensions
        let positions = longest + model.virtualTokenCount + configuration.maxNewTokens
        let width = dimensions.keyValueHeadCount * dimensions.headSize * dimensions.layerCount
        return max(1, min(batchSize, Self.cacheLimit / max(8 * positions * width * configuration.numBeams, 1)))
    }

    private func check(_ prompts: [[Int32]]) throws {
        if configuration.numBeams > 1, configuration.sampling != nil {
            throw GenerationError(["beams and draws don't go together"], help: "write one of num_beams and do_sample")
        }
        let dimensions = model.base.dimensions
        var problems: [String] = []
        if let index = prompts.firstIndex(where: \.isEmpty) { problems.append("prompt \(index + 1) has no tokens") }
        for (index, prompt) in prompts.enumerated() {
            guard let id = prompt.first(where: { !(0..<Int32(dimensions.vocabularySize)).contains($0) }) else {
                continue
            }
            problems.append(
                "prompt \(index + 1) has the token id \(id); the model's vocabulary has \(dimensions.vocabularySize)")
            break
        }
        let longest = prompts.map(\.count).max() ?? 0
        let said = model.base.task == .sequenceToSequence ? 0 : configuration.maxNewTokens
        let room = dimensions.maximumLength - model.virtualTokenCount
        if longest + said > room {
            let prompt = model.virtualTokenCount > 0 ? " behind \(model.virtualTokenCount) virtual tokens" : ""
            problems.append(
                "the longest prompt has \(longest) tokens, and \(said) more are to be said; the model has room for "
                    + "\(room)\(prompt)")
        }
        guard problems.isEmpty else {
            throw GenerationError(
                problems, help: "tokenize for this model, and write max_new_tokens of at most \(max(room - longest, 0))"
            )
        }
    }
}
