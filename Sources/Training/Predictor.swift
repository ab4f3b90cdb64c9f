import Foundation
import Models
package import PEFT
import Tensors

/// Computes what a model makes of many examples, without gradients, in batches of similar length.
package struct Predictor {
    package let model: any TunedModel
    package let batchSize: Int

    /// How many logits of whole rows are computed at once: those of a large vocabulary would fill the memory.
    private static let logitLimit = 1 << 26

    package init(model: any TunedModel, batchSize: Int = 64) {
        self.model = model
        self.batchSize = batchSize
    }

    /// The scores of each example, in the examples' order: of its classes before softmax, or its numbers; where each
    /// token has scores, those of one token after another.
    ///
    /// - Parameters:
    ///   - stored: the examples' hidden states, in place of their ids.
    ///   - progress: called after each batch with the examples done.
    ///   - shouldStop: asked before each batch.
    /// - Throws: ``TrainingError`` for examples that the model can't read; ``TrainingStopped`` if asked to stop.
    package func logits(
        for examples: [EncodedExample], stored: (any StoredStates)? = nil, progress: (_ done: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [[Float]] {
        let virtual = model.virtualLogitCount
        return try map(examples, stored, needsTargets: false, size: rowBatchSize, progress, shouldStop) {
            batch, part, _ in
            let logits = try model.logits(for: batch.input, mode: .inference)
            let values = try logits.floats()
            let width = logits.shape.dropFirst().reduce(1, *)
            let classes = logits.shape.last ?? 1
            return part.enumerated().map { index, example in
                let row = values[index * width..<(index + 1) * width]
                guard logits.rank == 3 else { return Array(row) }
                // Neither the positions of a prompt nor padding.
                let length = if case .answer(let answer)? = example.target { answer.count } else { example.ids.count }
                return Array(row.dropFirst(virtual * classes).prefix(length * classes))
            }
        }
    }

    /// What the model makes of examples with targets, in their order.
    ///
    /// - Parameter stored: the examples' hidden states, in place of their ids.
    package func predictions(
        for examples: [EncodedExample], stored: (any StoredStates)? = nil, progress: (_ done: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [Prediction] {
        let loss = TaskLoss(model.base)
        guard loss.task != .sequenceClassification else {
            return try logits(for: examples, stored: stored, progress: progress, shouldStop: shouldStop)
                .map { .scores($0) }
        }
        return try map(examples, stored, needsTargets: true, size: { _, _ in batchSize }, progress, shouldStop) {
            batch, part, workers in
            guard let targets = batch.targets else { return [] }
            let places = try SupervisedPlaces(
                of: targets, in: try model.readout(for: batch.input, mode: .inference), for: loss, parts: workers)
            let (losses, predicted) = try places.predictions()
            var predictions = Array(repeating: TokenPrediction(), count: part.count)
            for (index, row) in places.rows.enumerated() {
                predictions[row].lossSum += Double(losses[index])
                predictions[row].targets.append(Int32(places.targets[index]))
                predictions[row].predicted.append(Int32(predicted[index]))
            }
            return predictions.map { .tokens($0) }
        }
    }

    /// - Parameters:
    ///   - size: how many examples a batch has, by its longest, where so many batches are computed at the same time.
    ///   - body: takes a batch, its examples, and how many batches are computed at the same time; gives a result for
    ///     each example.
    private func map<Result>(
        _ examples: [EncodedExample], _ stored: (any StoredStates)?, needsTargets: Bool,
        size: (_ longest: EncodedExample, _ workers: Int) -> Int,
        _ progress: (_ done: Int) -> Void, _ shouldStop: () -> Bool,
        _ body: (_ batch: ExampleBatch, _ part: [EncodedExample], _ workers: Int) throws -> [Result]
    ) throws -> [Result] {
        guard !examples.isEmpty else { return [] }
        try ExampleCheck(model)(examples, "given", needsTargets: needsTargets)
        var workers = try workers()
        let batches = batches(of: examples) { size($0, workers) }
        workers = min(workers, batches.count)
        var results = [Result?](repeating: nil, count: examples.count)
        var (begun, done) = (0, 0)
        let lock = NSLock()
        // Each takes the next batch, until there is none.
        _ = try LibTorch.sideBySide(keys: Array(repeating: 0, count: workers)) { _ in
            while let indices = try lock.withLock({
                if begun < batches.count, shouldStop() { throw TrainingStopped(step: done) }
                defer { begun += 1 }
                return begun < batches.count ? batches[begun] : nil
            }) {
                let part = indices.map { examples[$0] }
                let values = try withoutGradients {
                    let batch = try ExampleBatch(
                        part, stored: try stored?.states(of: Array(indices)), for: model.base)
                    return try body(batch, part, workers)
                }
                lock.withLock {
                    for (index, value) in zip(indices, values) { results[index] = value }
                    done += indices.count
                    progress(done)
                }
            }
        }
        return results.compactMap { $0 }
    }

    /// The examples by length, the longest first, in batches.
    private func batches(of examples: [EncodedExample], size: (EncodedExample) -> Int) -> [ArraySlice<Int>] {
        let order = examples.longestFirst
        var batches: [ArraySlice<Int>] = []
        var start = 0
        while start < order.count {
            let end = min(start + size(examples[order[start]]), order.count)
            batches.append(order[start..<end])
            start = end
        }
        return batches
    }

    /// How many batches are computed at the same time.
    private func workers() throws -> Int { model.base.device == .cpu ? try LibTorch.threadCount() : 1 }

    /// How many examples are computed at once where all their logits are wanted.
    ///
    /// - Parameter longest: the longest of them.
    private func rowBatchSize(_ longest: EncodedExample, _ workers: Int) -> Int {
        guard model.base.task.tellsTokens else { return batchSize }
        let row = (longest.ids.count + model.virtualLogitCount) * model.base.dimensions.vocabularySize
        return max(1, min(batchSize, Self.logitLimit / workers / max(row, 1)))
    }
}

/// What a model makes of an example.
package enum Prediction: Sendable, Hashable {
    /// The scores of the classes before softmax, or the numbers of a regression.
    case scores([Float])
    case tokens(TokenPrediction)

    var scores: [Float]? {
        switch self {
        case .scores(let scores): scores
        case .tokens: nil
        }
    }

    var tokens: TokenPrediction? {
        switch self {
        case .scores: nil
        case .tokens(let tokens): tokens
        }
    }
}

/// What a model makes of an example's supervised tokens.
package struct TokenPrediction: Sendable, Hashable {
    /// The sum of the tokens' cross-entropies, in nats.
    package var lossSum: Double
    /// The class or token that is right at each of them.
    package var targets: [Int32]
    /// The class or token with the highest score.
    package var predicted: [Int32]

    package init(lossSum: Double = 0, targets: [Int32] = [], predicted: [Int32] = []) {
        self.lossSum = lossSum
        self.targets = targets
        self.predicted = predicted
    }
}
