import Foundation
import Models
package import PEFT
import Tensors

/// Computes what a model makes of many examples, without gradients, in batches of similar length.
package struct Predictor {
    package let model: any TunedModel
    package let batchSize: Int

    /// How many logits are computed at once: those of a large vocabulary would fill the memory.
    private static let logitLimit = 1 << 26

    package init(model: any TunedModel, batchSize: Int = 64) {
        self.model = model
        self.batchSize = batchSize
    }

    /// The scores of each example, in the examples' order: of its classes before softmax, or its numbers; where each
    /// token has scores, those of one token after another.
    ///
    /// - Parameters:
    ///   - progress: called after each batch with the examples done.
    ///   - shouldStop: asked before each batch.
    /// - Throws: ``TrainingError`` for examples that the model can't read; ``TrainingStopped`` if asked to stop.
    package func logits(
        for examples: [EncodedExample], progress: (_ done: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [[Float]] {
        let virtual = model.virtualLogitCount
        return try map(examples, needsTargets: false, progress, shouldStop) { _, logits, part in
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
    package func predictions(
        for examples: [EncodedExample], progress: (_ done: Int) -> Void = { _ in },
        shouldStop: () -> Bool = { false }
    ) throws -> [Prediction] {
        let loss = TaskLoss(model.base)
        guard loss.task != .sequenceClassification else {
            return try logits(for: examples, progress: progress, shouldStop: shouldStop).map { .scores($0) }
        }
        return try map(examples, needsTargets: true, progress, shouldStop) { targets, logits, part in
            guard let targets else { return [] }
            let tokens = try loss.byToken(logits, targets: targets)
            let losses = try tokens.losses.floats()
            let predicted = try tokens.predicted.ints()
            let expected = try tokens.targets.ints()
            let width = tokens.targets.shape[1]
            return part.indices.map { row in
                var prediction = TokenPrediction()
                for place in row * width..<(row + 1) * width where expected[place] != TaskLoss.ignored {
                    prediction.lossSum += Double(losses[place])
                    prediction.targets.append(Int32(expected[place]))
                    prediction.predicted.append(Int32(predicted[place]))
                }
                return .tokens(prediction)
            }
        }
    }

    /// - Parameter body: takes a batch's targets, logits and examples, and gives a result for each.
    private func map<Result>(
        _ examples: [EncodedExample], needsTargets: Bool, _ progress: (_ done: Int) -> Void, _ shouldStop: () -> Bool,
        _ body: (_ targets: Tensor?, _ logits: Tensor, _ part: [EncodedExample]) throws -> [Result]
    ) throws -> [Result] {
        guard !examples.isEmpty else { return [] }
        try ExampleCheck(model)(examples, "given", needsTargets: needsTargets)
        let workers = model.base.device == .cpu ? try LibTorch.threadCount() : 1
        let batches = batches(of: examples, workers: workers)
        var results = [Result?](repeating: nil, count: examples.count)
        var (begun, done) = (0, 0)
        let lock = NSLock()
        // Each takes the next batch, until there is none.
        _ = try LibTorch.sideBySide(keys: Array(repeating: 0, count: min(workers, batches.count))) { _ in
            while let indices = try lock.withLock({
                if begun < batches.count, shouldStop() { throw TrainingStopped(step: done) }
                defer { begun += 1 }
                return begun < batches.count ? batches[begun] : nil
            }) {
                let part = indices.map { examples[$0] }
                let values = try withoutGradients {
                    let batch = try ExampleBatch(part, for: model.base)
                    return try body(batch.targets, try model.logits(for: batch.input, mode: .inference), part)
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
    private func batches(of examples: [EncodedExample], workers: Int) -> [ArraySlice<Int>] {
        let order = examples.indices.sorted { (examples[$0].ids.count, $0) > (examples[$1].ids.count, $1) }
        var batches: [ArraySlice<Int>] = []
        var start = 0
        while start < order.count {
            let end = min(start + batchSize(at: examples[order[start]], workers), order.count)
            batches.append(order[start..<end])
            start = end
        }
        return batches
    }

    /// - Parameter longest: the longest example of the batch.
    private func batchSize(at longest: EncodedExample, _ workers: Int) -> Int {
        switch model.base.task {
        case .sequenceClassification, .tokenClassification: return batchSize
        case .maskedLanguageModelling, .causalLanguageModelling, .sequenceToSequence:
            let row = (longest.ids.count + model.virtualLogitCount) * model.base.dimensions.vocabularySize
            return max(1, min(batchSize, Self.logitLimit / workers / max(row, 1)))
        }
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
