import Foundation
import JSONValues
import Models
import Tensors
import TestSupport
import Testing

/// A small model of an architecture, and what transformers computes for it: `Golden/models.json`.
struct ArchitectureCase: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let task: ModelTask
    let config: JSONValue
    let weights: [HashedWeights]
    let uses_types: Bool
    let logits: [Float]

    var testDescription: String { "\(name)" }

    /// Calls a body with a folder that holds the model.
    func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        try withTemporaryFolder { folder in
            try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
            try Safetensors.write(
                try HashedWeights.tensors(weights), metadata: ["format": "pt"],
                to: folder.appending(path: "model.safetensors").path)
            return try body(folder)
        }
    }

    func load(_ folder: URL, dtype: DType = .float32) throws -> LoadedModel {
        try LibTorch.setThreadCount(1)
        return try ModelArchitectures.load(
            folder: folder.path,
            options: ModelOptions(task: task, dtype: dtype, generator: try RandomGenerator(seed: 1)))
    }
}

struct ArchitectureGolden: Decodable {
    let ids: [[Int]]
    let mask: [[Int]]
    let types: [[Int]]
    let decoder_ids: [[Int]]
    let cases: [ArchitectureCase]

    static func read() throws -> ArchitectureGolden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/models.json")
        return try JSONDecoder().decode(ArchitectureGolden.self, from: try Data(contentsOf: url))
    }

    /// The rows, with so many columns of padding on the left besides.
    func input(_ example: ArchitectureCase, paddingLeft: Int = 0) throws -> ModelInput {
        let shape = [ids.count, ids[0].count + paddingLeft]
        func tensor(_ rows: [[Int]]) throws -> Tensor {
            try Tensor(rows.flatMap { Array(repeating: 0, count: paddingLeft) + $0 }, shape: shape)
        }
        return ModelInput(
            .ids(try tensor(ids)), attentionMask: try tensor(mask).equal(1),
            tokenTypeIDs: example.uses_types ? try tensor(types) : nil,
            decoderIDs: example.task == .sequenceToSequence
                ? try Tensor(decoder_ids.flatMap { $0 }, shape: [decoder_ids.count, decoder_ids[0].count]) : nil)
    }

    /// The logits at tokens: where a position is padding, nothing is promised.
    func atTokens(_ logits: [Float], of example: ArchitectureCase, paddingLeft: Int = 0) -> [Float] {
        if example.task == .sequenceToSequence { return logits }
        let rows = mask.map { Array(repeating: 0, count: paddingLeft) + $0 }.flatMap { $0 }
        guard logits.count > rows.count else { return logits }
        let width = logits.count / rows.count
        return rows.indices.filter { rows[$0] == 1 }.flatMap { logits[$0 * width..<($0 + 1) * width] }
    }
}

@Suite("Every architecture and task")
struct ArchitectureTests {
    private let golden = try? ArchitectureGolden.read()

    @Test("gives transformers' logits, wherever the padding is", arguments: try ArchitectureGolden.read().cases)
    func logits(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let loaded = try example.load(folder)
            #expect(loaded.notices.isEmpty)
            let expected = golden.atTokens(example.logits, of: example)
            for left in [0, 3] {
                let input = try golden.input(example, paddingLeft: left)
                let logits = try loaded.model.logits(for: input, mode: .inference).floats()
                let found = golden.atTokens(logits, of: example, paddingLeft: left)
                #expect(difference(found, expected) < 2e-5, "\(left) columns of padding on the left")
            }
        }
    }

    @Test("in bfloat16 is off by no more than transformers' there", arguments: try ArchitectureGolden.read().cases)
    func bfloat16(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/bfloat16.json")
        let errors = try JSONDecoder().decode([String: Float].self, from: try Data(contentsOf: url))
        let error = try #require(errors[example.name])
        try example.withFolder { folder in
            let model = try example.load(folder, dtype: .bfloat16).model
            #expect(model.wordEmbeddings.weight.value.dtype == .bfloat16)
            let logits = try model.logits(for: try golden.input(example), mode: .inference).floats()
            let expected = golden.atTokens(example.logits, of: example)
            // Which way a number is rounded is chance: of three rows with three classes the largest error tells little.
            let chance: Float = example.task == .sequenceClassification ? 4 : 2
            #expect(difference(golden.atTokens(logits, of: example), expected) < chance * error)
        }
    }

    @Test("is saved with transformers' names, and read again", arguments: try ArchitectureGolden.read().cases)
    func roundTrip(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let model = try example.load(folder).model
            let saved = folder.appending(path: "saved")
            try FileManager.default.createDirectory(at: saved, withIntermediateDirectories: true)
            try model.save(to: saved.path)
            let names = try SafetensorsFile(saved.appending(path: "model.safetensors").path).names
            #expect(names == example.weights.map(\.name).sorted())
            let input = try golden.input(example)
            #expect(
                try example.load(saved).model.logits(for: input, mode: .inference).floats()
                    == model.logits(for: input, mode: .inference).floats())
        }
    }

    @Test("takes embeddings in the place of ids", arguments: try ArchitectureGolden.read().cases)
    func embeddings(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let model = try example.load(folder).model
            var input = try golden.input(example)
            let fromIDs = try model.logits(for: input, mode: .inference).floats()
            let ids = try Tensor(golden.ids.flatMap { $0 }, shape: [golden.ids.count, golden.ids[0].count])
            input.tokens = .embeddings(try model.wordEmbeddings(ids))
            #expect(try model.logits(for: input, mode: .inference).floats() == fromIDs)
        }
    }

    /// Dropout is on, and its draws belong to the process: this runs in one of its own.
    @Test("has the same gradients, bit for bit, where layers are computed again for them")
    func recomputation() async {
        await #expect(processExitsWith: .success) {
            let golden = try ArchitectureGolden.read()
            for example in golden.cases {
                try example.withFolder { folder in
                    let model = try example.load(folder).model
                    try model.setTrainable { _ in true }
                    func gradients(recomputes: Bool) throws -> [[Float]] {
                        model.recomputesLayers = recomputes
                        try RandomState.seed(5)
                        let logits = try model.logits(for: golden.input(example), mode: .training)
                        return try Gradients.of((logits * logits).sum(), by: model.parameters.map(\.value))
                            .map { try $0?.floats() ?? [] }
                    }
                    let kept = try gradients(recomputes: false)
                    #expect(kept.contains { $0.contains { $0 != 0 } }, "\(example.name)")
                    #expect(try gradients(recomputes: true) == kept, "\(example.name)")
                }
            }
        }
    }

    @Test("goes on from hidden states in front of any layer", arguments: try ArchitectureGolden.read().cases)
    func hiddenStates(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let model = try example.load(folder).model
            var input = try golden.input(example)
            guard example.task != .sequenceToSequence else {
                #expect(model.frozenLayerCount == 0)
                #expect(throws: ModelError.self) { try model.states(for: input, inFrontOf: 1) }
                return
            }
            try model.setTrainable { _ in false }
            #expect(model.frozenLayerCount == model.dimensions.layerCount)
            let whole = try model.logits(for: input, mode: .inference).floats()
            for layer in 1...model.dimensions.layerCount {
                var part = input
                part.tokens = .states(try model.states(for: input, inFrontOf: layer), layer: layer)
                let logits = try model.logits(for: part, mode: .inference).floats()
                #expect(difference(golden.atTokens(logits, of: example), golden.atTokens(whole, of: example)) < 1e-5)
            }
            input.attentionMask = nil
            try model.setTrainable { $0 === model.wordEmbeddings.weight }
            #expect(model.frozenLayerCount == 0)
        }
    }

    @Test("counts tokens alone where padding stands between them", arguments: try ArchitectureGolden.read().cases)
    func paddingInside(_ example: ArchitectureCase) throws {
        let golden = try #require(golden)
        guard example.task != .sequenceToSequence else { return }
        try example.withFolder { folder in
            let model = try example.load(folder).model
            func logits(_ ids: [Int], _ mask: [Bool]) throws -> [Float] {
                let input = ModelInput(
                    .ids(try Tensor(ids, shape: [1, ids.count])),
                    attentionMask: try Tensor(mask, shape: [1, ids.count]))
                let values = try model.logits(for: input, mode: .inference).floats()
                let width = values.count / ids.count
                guard example.task != .sequenceClassification else { return values }
                return mask.indices.filter { mask[$0] }.flatMap { values[$0 * width..<($0 + 1) * width] }
            }
            let ids = golden.ids[0]
            let spread = Array(ids.prefix(3)) + [0, 0] + Array(ids.dropFirst(3))
            let apart = try logits(spread, spread.indices.map { $0 != 3 && $0 != 4 })
            #expect(difference(apart, try logits(ids, ids.map { _ in true })) < 2e-5)
        }
    }

    @Test("refuses what it doesn't compute", arguments: try ArchitectureGolden.read().cases)
    func unknownKeys(_ example: ArchitectureCase) throws {
        try example.withFolder { folder in
            var config = example.config
            config["rope_scaling"] = ["rope_type": "stretched", "factor": 2]
            config["quantization_config"] = ["bits": 4]
            config["an_unknown_key"] = true
            try Data(config.pretty.utf8).write(to: folder.appending(path: "config.json"))
            let error = try #require(throws: ModelError.self) { try example.load(folder) }
            #expect(error.problems.contains { $0.contains("an_unknown_key") })
            #expect(error.problems.contains { $0.contains("quantization_config") })
            if example.config["rope_parameters"].objectValue != nil {
                #expect(error.problems.contains { $0.contains("rope_scaling") })
            }
        }
    }
}
