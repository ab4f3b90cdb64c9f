import Models
import Tensors

/// Examples as one padded input, and what the model is to make of them.
struct ExampleBatch {
    let input: ModelInput
    /// As ``TaskLoss`` takes them; nil where an example has no target.
    let targets: Tensor?

    /// - Parameter stored: the examples' hidden states, each (length, d), in front of a layer, instead of their ids.
    init(
        _ examples: [EncodedExample], stored: (states: [Tensor], layer: Int)? = nil, for model: any TransformerModel
    ) throws {
        let device = model.device
        let count = examples.count
        let length = examples.map(\.ids.count).max() ?? 0
        func tensor(_ rows: [[Int32]], fill: Int, length: Int) throws -> Tensor {
            let padded = rows.flatMap { $0.map(Int.init) + Array(repeating: fill, count: length - $0.count) }
            return try Tensor(padded, shape: [count, length]).to(device)
        }
        var input = ModelInput(
            try stored.map { .states(try Self.padded($0.states, length).to(device), layer: $0.layer) }
                ?? .ids(try tensor(examples.map(\.ids), fill: model.paddingID, length: length)))
        if examples.contains(where: { $0.ids.count < length }) {
            let mask = examples.flatMap { example in (0..<length).map { $0 < example.ids.count } }
            input.attentionMask = try Tensor(mask, shape: [count, length]).to(device)
        }
        if examples.contains(where: { $0.tokenTypeIDs?.contains { $0 != 0 } ?? false }) {
            input.tokenTypeIDs = try tensor(examples.map { $0.tokenTypeIDs ?? [] }, fill: 0, length: length)
        }

        var labels: [Int] = []
        var numbers: [[Float]] = []
        var tokens: [[Int32]] = []
        var answers: [[Int32]] = []
        for example in examples {
            switch example.target {
            case .label(let label): labels.append(label)
            case .numbers(let row): numbers.append(row)
            case .tokens(let row): tokens.append(row)
            case .answer(let row): answers.append(row)
            case nil: break
            }
        }
        if labels.count == count {
            targets = try Tensor(labels, shape: [count]).to(device)
        } else if numbers.count == count {
            targets = try Tensor(numbers.flatMap { $0 }, shape: [count, numbers[0].count]).to(device)
        } else if tokens.count == count {
            targets = try tensor(tokens, fill: TaskLoss.ignored, length: length)
        } else if answers.count == count {
            let longest = answers.map(\.count).max() ?? 0
            targets = try tensor(answers, fill: TaskLoss.ignored, length: longest)
            // The decoder is given what it should have said before. What stands behind an answer's end is seen by nothing.
            let said = answers.map { [Int32(model.decoderStartID ?? model.paddingID)] + $0.dropLast() }
            input.decoderIDs = try tensor(said, fill: model.paddingID, length: longest)
        } else {
            targets = nil
        }
        self.input = input
    }

    /// (batch, length, d), zeros behind each example's own.
    private static func padded(_ states: [Tensor], _ length: Int) throws -> Tensor {
        let batch = try Tensor.zeros(
            [states.count, length, states[0].shape[1]], dtype: states[0].dtype)
        for (row, own) in states.enumerated() {
            try batch.selected(dim: 0, index: row).narrowed(dim: 0, start: 0, length: own.shape[0]).copy_(from: own)
        }
        return batch
    }
}

extension StoredStates {
    /// What a batch of examples takes.
    func states(of examples: [Int]) throws -> (states: [Tensor], layer: Int) {
        (try examples.map { try states(of: $0) }, layer)
    }
}
