import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// Adapters that PEFT made for the tiny BERT, and what PEFT computes with them, from the folder Golden.
struct AdapterGolden: Decodable {
    let ids: [[Int]]
    let mask: [[Int]]
    let types: [[Int]]
    /// By adapter, then by row.
    let logits: [String: [[Float]]]

    static let names = ["lora", "lora-pattern", "prompt-tuning", "p-tuning-mlp", "p-tuning-lstm"]

    static func folder(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(components: "Golden", name).path
    }

    static func read() throws -> AdapterGolden {
        try JSONDecoder().decode(AdapterGolden.self, from: try Data(contentsOf: URL(filePath: folder("logits.json"))))
    }

    func input() throws -> ModelInput {
        let shape = [ids.count, ids[0].count]
        return ModelInput(
            .ids(try Tensor(ids.flatMap { $0 }, shape: shape)),
            attentionMask: try Tensor(mask.flatMap { $0.map { $0 == 1 } }, shape: shape),
            tokenTypeIDs: try Tensor(types.flatMap { $0 }, shape: shape))
    }
}

/// A tiny BERT without any method.
func tinyBERT(seed: UInt64 = 1) throws -> any TransformerModel {
    // Matrices this small gain nothing from threads, and lose much while tests share the processors.
    try LibTorch.setThreadCount(1)
    let options = ModelOptions(generator: try RandomGenerator(seed: seed))
    return try ModelArchitectures.load(folder: TinyBERT.folder, options: options).model
}

extension FineTuningMethod {
    /// Attaches the method to a tiny BERT.
    func attachedToTinyBERT(seed: UInt64 = 1) throws -> any TunedModel {
        try attach(to: try tinyBERT(), generator: try RandomGenerator(seed: seed))
    }
}

extension TunedModel {
    func logits(_ input: ModelInput) throws -> [Float] {
        try logits(for: input, mode: .inference).floats()
    }

    /// Gives everything that is trained random values, as after training.
    func scramble(seed: UInt64 = 9) throws {
        let generator = try RandomGenerator(seed: seed)
        try withoutGradients {
            for parameter in trainableParameters {
                let noise = try Tensor.normal(
                    parameter.shape, mean: 0, standardDeviation: 0.3, generator: generator)
                try parameter.value.copy_(from: noise)
            }
        }
    }
}

/// The largest difference of two lists of the same length; infinite if the lengths differ.
func difference(_ left: [Float], _ right: [Float]) -> Float {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).map { abs($0 - $1) }.max() ?? 0
}

/// Expects that a method changes no logits before it is trained, and that what is trained comes back from disk.
///
/// - Parameter inspect: looks at the folder.
func expectRoundTrip(
    _ method: some PEFTMethod, inspect: (URL) throws -> Void = { _ in }
) throws {
    let input = try AdapterGolden.read().input()
    let base = try tinyBERT().logits(for: input, mode: .inference).floats()
    let tuned = try method.attachedToTinyBERT()
    #expect(try tuned.logits(input) == base)
    try tuned.scramble()
    let logits = try tuned.logits(input)
    #expect(difference(logits, base) > 0.01)
    try withTemporaryFolder { folder in
        try tuned.save(to: folder.path, baseModelName: nil)
        try inspect(folder)
        let loaded = try AdapterFolder.load(folder.path, onto: try tinyBERT(), isTrainable: true)
        #expect(difference(try loaded.logits(input), logits) < 1e-6)
        #expect(loaded.trainableParameters.map(\.name) == tuned.trainableParameters.map(\.name))
        #expect(loaded.trainableParameters.allSatisfy { $0.isTrainable })
    }
}
