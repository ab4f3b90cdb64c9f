import Models
import Tensors

/// Examples as one padded input.
struct ExampleBatch {
    let input: ModelInput
    let count: Int
    private let labels: [Int]
    private let device: Device

    init(_ examples: [EncodedExample], paddingID: Int, device: Device) throws {
        count = examples.count
        labels = examples.compactMap(\.label)
        self.device = device
        let length = examples.map(\.ids.count).max() ?? 0
        let shape = [count, length]
        func padded(_ row: [Int32], with value: Int) -> [Int] {
            row.map(Int.init) + Array(repeating: value, count: length - row.count)
        }
        let ids = examples.flatMap { padded($0.ids, with: paddingID) }
        var input = ModelInput(.ids(try Tensor(ids, shape: shape).to(device)))
        if examples.contains(where: { $0.ids.count < length }) {
            let mask = examples.flatMap { example in (0..<length).map { $0 < example.ids.count } }
            input.attentionMask = try Tensor(mask, shape: shape).to(device)
        }
        if examples.contains(where: { $0.tokenTypeIDs?.contains { $0 != 0 } ?? false }) {
            let types = examples.flatMap { padded($0.tokenTypeIDs ?? [], with: 0) }
            input.tokenTypeIDs = try Tensor(types, shape: shape).to(device)
        }
        self.input = input
    }

    /// The sum of the examples' cross-entropies, a scalar.
    func lossSum(of logits: Tensor) throws -> Tensor {
        try NN.crossEntropy(logits, Tensor(labels, shape: [count]).to(device), reduction: .sum)
    }
}
