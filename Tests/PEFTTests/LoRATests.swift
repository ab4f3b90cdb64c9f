import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("LoRA")
struct LoRATests {
    @Test("leaves the logits as they are until it is trained")
    func identity() throws {
        let input = try AdapterGolden.read().input()
        let base = try tinyBERT().logits(for: input, mode: .inference).floats()
        let tuned = try LoRA(targetModules: .names(["query", "value"])).attachedToTinyBERT()
        #expect(try tuned.logits(input) == base)
    }

    @Test("begins with A from U(±1/√inputs), which follows from the seed, and B zero")
    func initialValues() throws {
        let method = LoRA(r: 16, targetModules: .names(["output.dense"]))
        func a(seed: UInt64) throws -> [Float] {
            let parameters = try method.attachedToTinyBERT(seed: seed).trainableParameters
            for parameter in parameters where parameter.name.hasSuffix("lora_B.weight") {
                #expect(try parameter.value.isAllZero())
            }
            // The input of the feed-forward network's second layer is 48 wide.
            return try #require(parameters.first { $0.shape == [16, 48] }).value.floats()
        }
        let values = try a(seed: 1)
        let bound = 1 / Float(48).squareRoot()
        let largest = try #require(values.map { abs($0) }.max())
        #expect(largest <= bound && largest > 0.95 * bound)
        #expect(try a(seed: 1) == values)
        #expect(try a(seed: 2) != values)
    }

    @Test("trains its matrices and the head, and nothing else")
    func trainable() throws {
        let tuned = try LoRA(targetModules: .names(["layer.0.attention.self.query"])).attachedToTinyBERT()
        #expect(
            tuned.trainableParameters.map(\.name) == [
                "bert.encoder.layer.0.attention.self.query.lora_A.weight",
                "bert.encoder.layer.0.attention.self.query.lora_B.weight",
                "classifier.weight", "classifier.bias",
            ])
        #expect(tuned.trainableParameters.allSatisfy { $0.isTrainable })
        let others = tuned.base.parameters.filter { !$0.name.hasPrefix("classifier") }
        #expect(others.allSatisfy { !$0.isTrainable })
    }

    @Test("is scaled by alpha / r, and stabilised by alpha / √r")
    func scale() {
        #expect(LoRA(r: 4, loraAlpha: 16, targetModules: .allLinear).scale == 4)
        #expect(LoRA(r: 4, loraAlpha: 16, targetModules: .allLinear, useRSLoRA: true).scale == 8)
    }

    @Test("merged into the weights computes the same, from disk too", arguments: ["lora", "lora-pattern"])
    func merge(name: String) throws {
        let input = try AdapterGolden.read().input()
        let tuned = try AdapterFolder.load(AdapterGolden.folder(name), onto: try tinyBERT())
        let logits = try tuned.logits(input)
        try tuned.merge()
        #expect(tuned.base.linears.allSatisfy { $0.adapter == nil })
        #expect(difference(try tuned.logits(input), logits) < 1e-5)
        try withTemporaryFolder { folder in
            try tuned.base.save(to: folder.path)
            let options = ModelOptions(generator: try RandomGenerator(seed: 1))
            let merged = try ModelArchitectures.load(folder: folder.path, options: options).model
            #expect(difference(try merged.logits(for: input, mode: .inference).floats(), logits) < 1e-5)
        }
    }

    @Test("drops components of the adapter's input while training only")
    func dropout() async {
        // In a process of its own: what dropout draws belongs to the process.
        await #expect(processExitsWith: .success) {
            let input = try AdapterGolden.read().input()
            let base = try withTemporaryFolder { folder in
                try TinyBERT.copy(to: folder) {
                    $0["hidden_dropout_prob"] = 0
                    $0["attention_probs_dropout_prob"] = 0
                }
                let options = ModelOptions(generator: try RandomGenerator(seed: 1))
                return try ModelArchitectures.load(folder: folder.path, options: options).model
            }
            let method = LoRA(loraDropout: 0.5, targetModules: .names(["query", "value"]))
            let tuned = try method.attach(to: base, generator: try RandomGenerator(seed: 1))
            try tuned.scramble()
            try RandomState.seed(1)
            let first = try tuned.logits(for: input, mode: .training).floats()
            #expect(try tuned.logits(for: input, mode: .training).floats() != first)
            let inference = try tuned.logits(input)
            #expect(try tuned.logits(input) == inference)
        }
    }

    @Test("refuses parameters out of range, all at once")
    func validation() throws {
        let method = LoRA(r: 0, loraAlpha: -1, loraDropout: 1, targetModules: .allLinear)
        let error = try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }
        #expect(
            error.problems == [
                "r is 0, expected at least 1", "lora_alpha is -1.0, expected more than 0",
                "lora_dropout is 1.0, expected at least 0 and less than 1",
            ])
    }
}
