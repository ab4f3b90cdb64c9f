import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// A small model, and an adapter that PEFT wrote for it with what PEFT computes: `Golden/variants.json`.
struct AdapterVariant: Decodable, Sendable, CustomTestStringConvertible {
    /// The model and its task.
    let base: String
    let method: String
    /// `adapter_config.json`
    let config: JSONValue
    let weights: [HashedWeights]
    /// By row.
    let logits: [[Float]]

    var testDescription: String { "\(base) \(method)" }
}

struct VariantGolden: Decodable, Sendable {
    struct Base: Decodable, Sendable {
        let config: JSONValue
        let weights: [HashedWeights]
        let task: ModelTask
        let uses_types: Bool
    }

    struct Refused: Decodable, Sendable {
        let model: String
        let task: ModelTask
        let method: String
        let message: String
    }

    let ids: [[Int]]
    let types: [[Int]]
    let bases: [String: Base]
    let cases: [AdapterVariant]
    /// What PEFT doesn't do, and says.
    let refused: [Refused]

    /// Read once: the file is large.
    private static let shared = Result { try readFile() }

    static func read() throws -> VariantGolden { try shared.get() }

    private static func readFile() throws -> VariantGolden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/variants.json")
        return try JSONDecoder().decode(VariantGolden.self, from: try Data(contentsOf: url))
    }

    /// The adapters of some models, or with some methods.
    static func cases(where isMeant: (AdapterVariant) -> Bool) throws -> [AdapterVariant] {
        try read().cases.filter(isMeant)
    }

    /// All rows as one batch, with columns of padding on the left and on the right.
    func input(usesTypes: Bool, left: Int = 0, right: Int = 0) throws -> ModelInput {
        let length = ids.map(\.count).max() ?? 0
        func tensor(_ rows: [[Int]]) throws -> Tensor {
            let padded = rows.map { row in
                Array(repeating: 0, count: left) + row
                    + Array(repeating: 0, count: length - row.count + right)
            }
            return try Tensor(padded.flatMap { $0 }, shape: [rows.count, length + left + right])
        }
        return ModelInput(
            .ids(try tensor(ids)), attentionMask: try tensor(ids.map { $0.map { _ in 1 } }).equal(1),
            tokenTypeIDs: usesTypes ? try tensor(types) : nil)
    }

    /// The logits of each row that PEFT gives too: those of its class, or of its virtual positions and its tokens.
    func rows(_ logits: Tensor, of tuned: any TunedModel, left: Int = 0) throws -> [[Float]] {
        try ids.enumerated().map { index, ids in
            let row = try logits.selected(dim: 0, index: index)
            guard row.rank == 2 else { return try row.floats() }
            let virtual = try row.narrowed(dim: 0, start: 0, length: tuned.virtualLogitCount)
            let tokens = try row.narrowed(dim: 0, start: tuned.virtualLogitCount + left, length: ids.count)
            return try Tensor.concatenated([virtual, tokens], dim: 0).floats()
        }
    }

    /// Writes a base model into a folder and reads it.
    func model(_ name: String) throws -> any TransformerModel {
        try LibTorch.setThreadCount(1)
        let base = try #require(bases[name])
        return try withTemporaryFolder { folder in
            try Data(base.config.pretty.utf8).write(to: folder.appending(path: "config.json"))
            try Safetensors.write(
                try HashedWeights.tensors(base.weights), metadata: ["format": "pt"],
                to: folder.appending(path: "model.safetensors").path)
            return try ModelArchitectures.load(
                folder: folder.path, options: ModelOptions(task: base.task, generator: try RandomGenerator(seed: 1))
            ).model
        }
    }
}

extension AdapterVariant {
    /// Calls a body with a folder that holds the adapter.
    func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            try write(to: folder)
            return try body(folder)
        }
    }

    func write(to folder: URL) throws {
        try Data(config.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
        try Safetensors.write(
            try HashedWeights.tensors(weights), metadata: ["format": "pt"],
            to: folder.appending(path: "adapter_model.safetensors").path)
    }
}

/// The largest difference of logits, as a part of the largest logit.
func relativeDifference(_ found: [[Float]], _ expected: [[Float]]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let largest = expected.flatMap { $0 }.map { abs($0) }.max() ?? 0
    return (zip(found, expected).map { difference($0, $1) }.max() ?? 0) / max(largest, .leastNormalMagnitude)
}
