import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// A small model that says texts, of `ModelsTests/Golden/models.json`.
struct SmallLanguageModel: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let task: ModelTask
    let config: JSONValue
    let weights: [HashedWeights]

    var testDescription: String { "\(name)" }

    private struct File: Decodable {
        let cases: [SmallLanguageModel]
    }

    private static let shared = Result {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "ModelsTests/Golden/models.json")
        return try JSONDecoder().decode(File.self, from: try Data(contentsOf: url)).cases
    }

    /// Those that say texts.
    static func all() throws -> [SmallLanguageModel] {
        try shared.get().filter { $0.task == .causalLanguageModelling || $0.task == .sequenceToSequence }
    }

    static func named(_ name: String) throws -> SmallLanguageModel {
        try #require(all().first { $0.name == name })
    }

    func load(task: ModelTask? = nil) throws -> any TransformerModel {
        try LibTorch.setThreadCount(1)
        return try withTemporaryFolder { folder in
            try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
            try Safetensors.write(
                try HashedWeights.tensors(weights), metadata: ["format": "pt"],
                to: folder.appending(path: "model.safetensors").path)
            return try ModelArchitectures.load(
                folder: folder.path,
                options: ModelOptions(task: task ?? self.task, generator: try RandomGenerator(seed: 1))
            ).model
        }
    }

    /// As a model whose adapter changes nothing.
    func tuned() throws -> any TunedModel {
        try FullFineTuning().attach(to: load(), generator: try RandomGenerator(seed: 1))
    }
}

/// The best tokens one after another, each by a pass over the whole text.
func slowlyGenerated(_ prompt: [Int32], by model: any TunedModel, count: Int) throws -> [Int32] {
    let isCausal = model.base.task == .causalLanguageModelling
    var said: [Int32] = []
    for _ in 0..<count {
        func tensor(_ ids: [Int32]) throws -> Tensor { try Tensor(ids.map(Int.init), shape: [1, ids.count]) }
        var input = ModelInput(.ids(try tensor(isCausal ? prompt + said : prompt)))
        if !isCausal { input.decoderIDs = try tensor([Int32(model.base.decoderStartID ?? 0)] + said) }
        let logits = try withoutGradients { try model.logits(for: input, mode: .inference) }
        let last = try logits.selected(dim: 1, index: logits.shape[1] - 1)
        said.append(Int32(try last.argmax(dim: 1).ints()[0]))
    }
    return said
}
