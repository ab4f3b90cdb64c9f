import Models
import PEFT
import Tensors

/// A batch of texts that a model goes on with token by token, computing each position once.
final class Continuation {
    private let model: any TunedModel
    /// The tokens of each row so far: of a decoder alone, its prompt's and those that were said; else the start token
    /// and those that were said.
    private(set) var texts: [[Int32]]
    /// What an encoder reads; nil where there is none.
    private let prompts: [[Int32]]?
    private var cache = KeyValueCache()

    init(_ model: any TunedModel, prompts: [[Int32]]) throws {
        self.model = model
        switch model.base.task {
        case .causalLanguageModelling:
            texts = prompts
            self.prompts = nil
        case .sequenceToSequence:
            texts = prompts.map { _ in [Int32(model.base.decoderStartID ?? model.base.paddingID)] }
            self.prompts = prompts
        case let task:
            throw GenerationError(
                ["the model does \(task.rawValue), which says no text"],
                help: "use one for causal-language-modelling or sequence-to-sequence")
        }
    }

    /// The scores of the first token that each row may go on with, (rows, vocabulary) in float32.
    func start() throws -> Tensor {
        cache = KeyValueCache()
        if let prompts {
            var input = try padded(prompts, onLeft: false)
            input.decoderIDs = try ids(texts, length: texts.first?.count ?? 0, onLeft: true)
            return try scores(input)
        }
        return try scores(try padded(texts, onLeft: true))
    }

    /// Puts a token behind each row, and gives the scores of the next.
    func advance(by tokens: [Int32]) throws -> Tensor {
        let before = longest
        for (row, token) in tokens.enumerated() { texts[row].append(token) }
        // Where positions are turned by other angles from here on, all have to be computed anew.
        guard prompts != nil || model.base.keepsKeys(from: before, to: longest) else { return try start() }
        let next = try Tensor(tokens.map(Int.init), shape: [tokens.count, 1]).to(model.base.device)
        var input = ModelInput(.ids(next))
        if prompts != nil { input.decoderIDs = next }
        return try scores(input)
    }

    /// Makes row i what row `rows[i]` was.
    func select(_ rows: [Int]) throws {
        guard rows != Array(texts.indices) else { return }
        texts = rows.map { texts[$0] }
        try cache.select(rows: rows)
    }

    /// How many positions the longest row has.
    private var longest: Int { (texts.map(\.count).max() ?? 0) + model.virtualTokenCount }

    private func scores(_ input: ModelInput) throws -> Tensor {
        var input = input
        input.cache = cache
        input.lastOnly = true
        return try withoutGradients {
            let logits = try model.logits(for: input, mode: .inference)
            return try logits.selected(dim: 1, index: logits.shape[1] - 1).to(.float32)
        }
    }

    private func padded(_ rows: [[Int32]], onLeft: Bool) throws -> ModelInput {
        let length = rows.map(\.count).max() ?? 0
        var input = ModelInput(.ids(try ids(rows, length: length, onLeft: onLeft)))
        if rows.contains(where: { $0.count < length }) {
            let mask = rows.flatMap { row in
                (0..<length).map { onLeft ? $0 >= length - row.count : $0 < row.count }
            }
            input.attentionMask = try Tensor(mask, shape: [rows.count, length]).to(model.base.device)
        }
        return input
    }

    private func ids(_ rows: [[Int32]], length: Int, onLeft: Bool) throws -> Tensor {
        let values = rows.flatMap { row in
            let padding = Array(repeating: model.base.paddingID, count: length - row.count)
            return onLeft ? padding + row.map(Int.init) : row.map(Int.init) + padding
        }
        return try Tensor(values, shape: [rows.count, length]).to(model.base.device)
    }
}
