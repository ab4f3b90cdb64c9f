import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// What PEFT makes of two adapters: `Golden/combinations.json`.
private struct CombinationGolden: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        let name: String
        let combination_type: AdapterCombination.Kind
        let weights: [Double]
        let density: Double?
        let majority_sign_method: AdapterCombination.MajoritySign?
        let logits: [[Float]]

        var testDescription: String { name }

        var combination: AdapterCombination {
            AdapterCombination(
                combination_type, weights: weights, density: density ?? 1,
                majoritySignMethod: majority_sign_method ?? .total)
        }
    }

    let base: String
    let configs: [JSONValue]
    let weights: [HashedWeights]
    let cases: [Case]

    static func read() throws -> CombinationGolden {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/combinations.json")
        return try JSONDecoder().decode(CombinationGolden.self, from: try Data(contentsOf: url))
    }

    /// Calls a body with the folders of the two adapters.
    func withFolders<Result>(_ body: ([String]) throws -> Result) throws -> Result {
        try withTemporaryFolder { parent in
            let tensors = try HashedWeights.tensors(weights)
            let folders = try configs.enumerated().map { index, config in
                let folder = parent.appending(path: String(index))
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try Data(config.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
                let own = index == 0 ? tensors : try tensors.mapValues { try $0.flipped() }
                try Safetensors.write(own, to: folder.appending(path: "adapter_model.safetensors").path)
                return folder.path
            }
            return try body(folders)
        }
    }
}

extension AdapterCombination.Kind: Decodable {}
extension AdapterCombination.MajoritySign: Decodable {}

extension Tensor {
    /// The rows in the opposite order.
    fileprivate func flipped() throws -> Tensor {
        let count = shape[0]
        return try indexSelected(dim: 0, try Tensor((0..<count).map { count - 1 - $0 }))
    }
}

@Suite("Several adapters become one")
struct CombinationTests {
    @Test("as PEFT combines them, and so they come back from disk", arguments: try CombinationGolden.read().cases)
    fileprivate func logits(_ example: CombinationGolden.Case) throws {
        let golden = try CombinationGolden.read()
        let variants = try VariantGolden.read()
        try golden.withFolders { folders in
            let tuned = try example.combination.combine(
                folders, onto: try variants.model(golden.base), generator: try RandomGenerator(seed: 1))
            let input = try variants.input(usesTypes: false)
            let found = try variants.rows(tuned.logits(for: input, mode: .inference), of: tuned)
            #expect(relativeDifference(found, example.logits) < 2e-5)
            try withTemporaryFolder { folder in
                try tuned.save(to: folder.path, baseModelName: nil)
                let loaded = try AdapterFolder.load(folder.path, onto: try variants.model(golden.base))
                let again = try variants.rows(loaded.logits(for: input, mode: .inference), of: loaded)
                #expect(relativeDifference(again, found) < 1e-6)
            }
        }
    }

    @Test("stacked factors are the weighted sum of the changes")
    func cat() throws {
        let golden = try CombinationGolden.read()
        let variants = try VariantGolden.read()
        try golden.withFolders { folders in
            func change(_ tuned: any TunedModel, _ base: [[Float]]) throws -> [[Float]] {
                try tuned.merge()
                return try zip(tuned.base.linears, base).map { layer, base in
                    zip(try layer.weight.value.floats(), base).map { $0 - $1 }
                }
            }
            let base = try variants.model(golden.base).linears.map { try $0.weight.value.floats() }
            let parts = try folders.map { folder in
                try change(try AdapterFolder.load(folder, onto: try variants.model(golden.base)), base)
            }
            let both = try change(
                try AdapterCombination(.cat, weights: [0.25, -2]).combine(
                    folders, onto: try variants.model(golden.base), generator: try RandomGenerator(seed: 1)), base)
            for (index, found) in both.enumerated() {
                let expected = zip(parts[0][index], parts[1][index]).map { 0.25 * $0 - 2 * $1 }
                #expect(difference(found, expected) < 1e-5)
            }
        }
    }

    @Test("DARE keeps what it is asked to, follows its seed, and leaves the mean as it is")
    func dare() throws {
        let golden = try CombinationGolden.read()
        let variants = try VariantGolden.read()
        try golden.withFolders { folders in
            func factors(_ kind: AdapterCombination.Kind, density: Double, seed: UInt64) throws -> [Float] {
                let tuned = try AdapterCombination(kind, weights: [1, 0.5], density: density).combine(
                    folders, onto: try variants.model(golden.base), generator: try RandomGenerator(seed: seed))
                return try tuned.trainableParameters.flatMap { try $0.value.floats() }
            }
            let linear = try factors(.linear, density: 1, seed: 1)
            #expect(try factors(.dareLinear, density: 1, seed: 1) == linear)
            #expect(try factors(.dareLinear, density: 0.7, seed: 1) == factors(.dareLinear, density: 0.7, seed: 1))
            let draws = try (1...60).map { try factors(.dareLinear, density: 0.7, seed: $0) }
            #expect(draws[0] != draws[1])
            // Both adapters drop an element with probability 0.3² = 0.09.
            let zeros = Double(draws.flatMap { $0 }.count { $0 == 0 }) / Double(60 * linear.count)
            #expect(abs(zeros - 0.09) < 0.01)
            let means = linear.indices.map { index in draws.reduce(0) { $0 + $1[index] } / 60 }
            let errors = zip(means, linear).map { abs($0 - $1) }
            #expect(errors.reduce(0, +) / Float(errors.count) < 0.08)
            let ties = try factors(.dareTies, density: 0.7, seed: 1)
            #expect(ties.count == linear.count && ties != draws[0])
        }
    }

    @Test("are refused if their ranks, modules or kinds don't go together, all at once")
    func refusals() throws {
        let lora = AdapterGolden.folder("lora")
        func problems(_ combination: AdapterCombination, _ folders: [String]) throws -> [String] {
            try #require(throws: PEFTError.self) {
                try combination.combine(folders, onto: try tinyBERT(), generator: try RandomGenerator(seed: 1))
            }.problems
        }
        #expect(
            try problems(AdapterCombination(.linear, weights: [1], density: 2), [lora, lora]) == [
                "there are 2 adapters and 1 weights", "density is 2.0, expected more than 0 and at most 1",
                "several adapters hold `classifier.bias`, `classifier.weight` as a whole",
            ])
        #expect(
            try problems(AdapterCombination(.ties, weights: [1, 1]), [lora, AdapterGolden.folder("prompt-tuning")])
                .first?.contains("is no LoRA adapter") == true)
        let averaged = try AdapterCombination(.cat, weights: [1, 1], averagesModules: true).combine(
            [lora, lora], onto: try tinyBERT(), generator: try RandomGenerator(seed: 1))
        let single = try AdapterFolder.load(lora, onto: try tinyBERT())
        #expect(try averaged.base.head[0].weight.value.floats() == single.base.head[0].weight.value.floats())
    }
}
