import Foundation
import Models
import Tensors

/// What transformers computes for the tiny BERT, from `Golden/logits.json`.
struct LogitsGolden: Decodable {
    let ids: [[Int]]
    let mask: [[Int]]
    let types: [[Int]]
    /// By activation, then by row.
    let logits: [String: [[Float]]]

    static func read() throws -> LogitsGolden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/logits.json")
        return try JSONDecoder().decode(LogitsGolden.self, from: try Data(contentsOf: url))
    }

    func input() throws -> ModelInput {
        let shape = [ids.count, ids[0].count]
        return ModelInput(
            .ids(try Tensor(ids.flatMap { $0 }, shape: shape)),
            attentionMask: try Tensor(mask.flatMap { $0.map { $0 == 1 } }, shape: shape),
            tokenTypeIDs: try Tensor(types.flatMap { $0 }, shape: shape))
    }
}

/// The largest difference of two lists of the same length; infinite if the lengths differ.
func difference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) }.max() ?? 0
}

/// Reads a model with a generator of its own.
func load(_ folder: String, labels: [String]? = nil, seed: UInt64 = 1) throws -> LoadedModel {
    // Matrices this small gain nothing from threads, and lose much while tests share the processors.
    try LibTorch.setThreadCount(1)
    return try ModelArchitectures.load(
        folder: folder, options: ModelOptions(labels: labels, generator: try RandomGenerator(seed: seed)))
}
