import Models
import PEFT
import Tensors

/// The places of a batch whose targets are supervised, and what a model says there.
///
/// Logits over a vocabulary of 50,000 words are the largest tensor of a training by far: those of 8 rows of 256 tokens take
/// 400 MB, and as much again twice for the loss and its gradient. So only supervised places are turned into logits, a
/// few at a time, and nothing of them is kept but losses and the gradients of the hidden states.
struct SupervisedPlaces {
    /// How many logits are computed at once, by all that is computed side by side.
    static let logitLimit = 1 << 24

    /// Of each place, the row of the batch that it is in.
    let rows: [Int]
    /// Of each place, the class or token id that is right there.
    let targets: [Int]
    private let loss: TaskLoss
    private let readout: Readout
    /// The hidden states there, (places, d).
    private let states: Tensor
    /// How many places are turned into logits at once.
    let chunkSize: Int

    /// - Parameters:
    ///   - targets: (batch, length) of classes or token ids, ``TaskLoss/ignored`` where nothing is supervised. The
    ///     places of a soft prompt, which the hidden states have in front, are not; the last of them tells the first
    ///     token of a causal language model.
    ///   - parts: how many batches are computed side by side: the limit is for all of them together.
    ///   - logitLimit: another than ``SupervisedPlaces/logitLimit``, for tests.
    init(
        of targets: Tensor, in readout: Readout, for loss: TaskLoss, parts: Int = 1,
        logitLimit: Int = SupervisedPlaces.logitLimit
    ) throws {
        let (length, width) = (readout.states.shape[1], readout.states.shape[2])
        let targetLength = targets.shape[1]
        // Each position of a causal language model tells the next token.
        let shift = length - targetLength - (loss.task == .causalLanguageModelling ? 1 : 0)
        var rows: [Int] = []
        var places: [Int] = []
        var wanted: [Int] = []
        for (index, target) in try targets.ints().enumerated() where target != TaskLoss.ignored {
            let (row, column) = index.quotientAndRemainder(dividingBy: targetLength)
            guard column + shift >= 0 else { continue }
            rows.append(row)
            places.append(row * length + column + shift)
            wanted.append(target)
        }
        self.rows = rows
        self.targets = wanted
        self.loss = loss
        self.readout = readout
        let indices = try Tensor(places, shape: [places.count]).to(readout.states.device)
        states = try readout.states.reshaped([-1, width]).indexSelected(dim: 0, indices)
        // Chunks of equal size, so that none is left over with a few places.
        let limit = max(1, logitLimit / max(1, parts) / max(1, readout.outputSize))
        let chunks = max(1, (places.count + limit - 1) / limit)
        chunkSize = max(1, (places.count + chunks - 1) / chunks)
    }

    /// The sum of the losses, and its gradients, times a factor.
    ///
    /// - Returns: a gradient for each of the parameters, nil where no loss depends on it.
    func gradients(by parameters: [Tensor], factor: Double) throws -> (loss: Double, gradients: [Tensor?]) {
        var sum = 0.0
        var gradients = [Tensor?](repeating: nil, count: parameters.count)
        func add(_ others: [Tensor?]) throws {
            for (index, other) in others.enumerated() {
                guard let other else { continue }
                gradients[index] = try gradients[index].map { try $0 + other } ?? other
            }
        }
        var ofStates: [Tensor] = []
        let passesOn = states.requiresGradient
        for start in stride(from: 0, to: targets.count, by: chunkSize) {
            let chunk = try self.chunk(at: start)
            // A leaf, so that a chunk's logits are gone before the next one's are made.
            let leaf = try chunk.states.detached()
            try leaf.setRequiresGradient(passesOn)
            let loss = try self.loss.crossEntropy(
                try readout.logits(of: leaf).to(.float32), chunk.targets, reduction: .sum)
            sum += try loss.item()
            guard loss.requiresGradient else { continue }
            var found = try Gradients.of(try loss * factor, by: passesOn ? parameters + [leaf] : parameters)
            if passesOn, let gradient = found.removeLast() { ofStates.append(gradient) }
            // What turns states into logits may be trained.
            try add(found)
        }
        if !ofStates.isEmpty {
            try add(
                try Gradients.of(states, gradient: try Tensor.concatenated(ofStates, dim: 0), by: parameters))
        }
        return (sum, gradients)
    }

    /// The cross-entropy at each place, and the class or token with the highest score.
    func predictions() throws -> (losses: [Float], predicted: [Int]) {
        var losses: [Float] = []
        var predicted: [Int] = []
        for start in stride(from: 0, to: targets.count, by: chunkSize) {
            let chunk = try self.chunk(at: start)
            let logits = try readout.logits(of: chunk.states).to(.float32)
            losses += try loss.crossEntropy(logits, chunk.targets, reduction: .none).floats()
            predicted += try logits.argmax(dim: 1).ints()
        }
        return (losses, predicted)
    }

    private func chunk(at start: Int) throws -> (states: Tensor, targets: Tensor) {
        let count = min(chunkSize, targets.count - start)
        return (
            try states.narrowed(dim: 0, start: start, length: count),
            try Tensor(Array(targets[start..<start + count]), shape: [count]).to(states.device)
        )
    }
}
