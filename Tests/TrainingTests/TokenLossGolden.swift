import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// Small models whose targets are tokens, and what transformers makes of them: `Golden/token_losses.json`.
struct TokenLossGolden: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let task: ModelTask
        let config: JSONValue
        let weights: [HashedWeights]
        let uses_types: Bool
        let targets: [[Int]]
        /// The mean over supervised places.
        let loss: Double
        /// Of each supervised place.
        let losses: [Float]
        let predicted: [Int]
        /// Of each parameter, the sum of its gradient's elements weighted by their places, and their norm.
        let gradients: [String: [Double]]

        var testDescription: String { name }

        /// The model, all of it to be trained.
        ///
        /// - Parameter dropout: whether the configuration's acts, else there is none.
        func tuned(dropout: Bool = false, method: any FineTuningMethod = FullFineTuning()) throws -> any TunedModel {
            try LibTorch.setThreadCount(1)
            return try withTemporaryFolder { folder in
                var config = config
                if !dropout, let members = config.objectValue {
                    for key in members.keys where key.hasSuffix("_pdrop") || key.contains("dropout") {
                        if members[key]?.doubleValue != nil { config[key] = 0.0 }
                    }
                }
                try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
                try Safetensors.write(
                    try HashedWeights.tensors(weights), metadata: ["format": "pt"],
                    to: folder.appending(path: "model.safetensors").path)
                let options = ModelOptions(task: task, generator: try RandomGenerator(seed: 1))
                let model = try ModelArchitectures.load(folder: folder.path, options: options).model
                return try method.attach(to: model, generator: try RandomGenerator(seed: 1))
            }
        }

        func targetTensor() throws -> Tensor {
            try Tensor(targets.flatMap { $0 }, shape: [targets.count, targets[0].count])
        }
    }

    let ids: [[Int]]
    let mask: [[Int]]
    let types: [[Int]]
    let decoder_ids: [[Int]]
    let cases: [Case]

    static func read() throws -> TokenLossGolden {
        try JSONDecoder().decode(TokenLossGolden.self, from: try golden("token_losses.json"))
    }

    func input(_ example: Case) throws -> ModelInput {
        func tensor(_ rows: [[Int]]) throws -> Tensor {
            try Tensor(rows.flatMap { $0 }, shape: [rows.count, rows[0].count])
        }
        return ModelInput(
            .ids(try tensor(ids)), attentionMask: try tensor(mask).equal(1),
            tokenTypeIDs: example.uses_types ? try tensor(types) : nil,
            decoderIDs: example.task == .sequenceToSequence ? try tensor(decoder_ids) : nil)
    }
}

extension TunedModel {
    /// The gradients of everything that is trained, by names.
    func gradients() throws -> [String: [Float]] {
        var gradients: [String: [Float]] = [:]
        for parameter in trainableParameters { gradients[parameter.name] = try parameter.value.gradient()?.floats() }
        return gradients
    }
}
