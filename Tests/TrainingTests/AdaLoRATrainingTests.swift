import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing
import Training

/// A training with PEFT's AdaLoRA, and what came out: `Golden/adalora.json`.
private struct AdaLoRAGolden: Decodable {
    let config: JSONValue
    let weights: [HashedWeights]
    let losses: [Double]
    /// Singular values other than 0 after each step.
    let counts: [Int]
    let rank_pattern: JSONValue
    /// Of each tensor in the end, the sum of elements weighted by their places, and the norm.
    let tensors: [String: [Double]]
}

@Suite("Training with AdaLoRA")
struct AdaLoRATrainingTests {
    private func start(_ golden: AdaLoRAGolden, _ folder: URL) throws -> any TunedModel {
        try Data(golden.config.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
        try Safetensors.write(
            try HashedWeights.tensors(golden.weights), metadata: ["format": "pt"],
            to: folder.appending(path: "adapter_model.safetensors").path)
        return try AdapterFolder.load(folder.path, onto: try tinyBERT(dropout: 0), isTrainable: true)
    }

    @Test("takes PEFT's ranks at PEFT's steps, to PEFT's losses and files")
    func reference() throws {
        let golden = try JSONDecoder().decode(AdaLoRAGolden.self, from: try TrainingTests.golden("adalora.json"))
        try withTemporaryFolder { folder in
            let model = try start(golden, folder)
            let trainer = try Trainer(
                model: model, configuration: TrainingGolden.configuration,
                training: try TrainingGolden.read().encoded)
            var counts: [Int] = []
            let result = try trainer.run(progress: { _ in
                let values = model.trainableParameters.filter { $0.name.hasSuffix("lora_E") }
                counts.append(values.reduce(0) { $0 + ((try? $1.value.floats().count { $0 != 0 }) ?? 0) })
            })
            #expect(counts == golden.counts)
            for (step, (loss, expected)) in zip(result.losses, golden.losses).enumerated() {
                #expect(abs(loss - expected) < 2e-5, "step \(step + 1)")
            }
            let saved = folder.appending(path: "saved")
            try FileManager.default.createDirectory(at: saved, withIntermediateDirectories: true)
            try model.save(to: saved.path, baseModelName: nil)
            let json = try JSONValue(parsing: Data(contentsOf: saved.appending(path: "adapter_config.json")))
            #expect(json["rank_pattern"] == golden.rank_pattern)
            #expect(json["total_step"] == 8)
            let file = try SafetensorsFile(saved.appending(path: "adapter_model.safetensors").path)
            #expect(file.names.sorted() == golden.tensors.keys.sorted())
            for (name, expected) in golden.tensors {
                let values = try file.tensor(name).doubles()
                let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let places = values.indices.map { Double($0 + 1) / Double(values.count) }
                let weighted = zip(values, places).reduce(0) { $0 + $1.0 * $1.1 }
                #expect(abs(norm - expected[1]) < 1e-3 * max(1, expected[1]), "\(name)")
                #expect(abs(weighted - expected[0]) < 1e-2 * max(1, abs(expected[0])), "\(name)")
            }
            // What was left out of the file had no effect.
            let examples = try TrainingGolden.read().encoded
            let read = try AdapterFolder.load(saved.path, onto: try tinyBERT(dropout: 0))
            let before = try Predictor(model: model).logits(for: examples).flatMap { $0 }
            let after = try Predictor(model: read).logits(for: examples).flatMap { $0 }
            #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("is refused where it would have no step to set ranks in")
    func tooShort() throws {
        var budget = AdaLoRA.Budget()
        budget.tfinal = 8
        let method = AdaLoRA(targetR: 1, initR: 2, targetModules: .names(["query"]), budget: budget)
        let model = try method.attach(to: try tinyBERT(dropout: 0), generator: try RandomGenerator(seed: 1))
        let trainer = try Trainer(
            model: model, configuration: TrainingGolden.configuration, training: try TrainingGolden.read().encoded)
        let error = try #require(throws: PEFTError.self) { try trainer.run() }
        #expect(error.help == "lower tinit or tfinal, or train over more steps")
    }
}
