import Foundation
import Models
import PEFT
import TestSupport
import Tensors
import Testing

@Suite("Methods on a base model in few bits")
struct QuantizedBaseTests {
    private static func tinyBERT(_ quantization: Quantization? = .nf4) throws -> any TransformerModel {
        try LibTorch.setThreadCount(1)
        let options = ModelOptions(quantization: quantization, generator: try RandomGenerator(seed: 1))
        return try ModelArchitectures.load(folder: TinyBERT.folder, options: options).model
    }

    /// The model in float32 with the numbers that the one in few bits stands for.
    private static func dense(_ quantized: any TransformerModel) throws -> any TransformerModel {
        let model = try tinyBERT(nil)
        for (layer, other) in zip(model.linears, quantized.linears) { layer.weight.value = try other.weight.dense() }
        return model
    }

    private static let methods: [String: any FineTuningMethod] = [
        "lora": LoRA(r: 3, targetModules: .names(["query", "value"])),
        "dora": LoRA(r: 3, targetModules: .allLinear, useDoRA: true),
        "vera": VeRA(r: 4, targetModules: .names(["query"])),
        "ia3": IA3(targetModules: .names(["key", "output.dense"]), feedforwardModules: .names(["output.dense"])),
        "adalora": AdaLoRA(targetR: 1, initR: 2, targetModules: .names(["query"])),
        "bitfit": BitFit(), "head": HeadOnly(), "prefix": PrefixTuning(numVirtualTokens: 3),
        "prompt": PromptTuning(numVirtualTokens: 3, promptTuningInit: .sampleVocabulary),
    ]

    @Test("compute as on the numbers that it stands for, and merge into these", arguments: methods.keys.sorted())
    func numbers(_ name: String) throws {
        let method = try #require(Self.methods[name])
        let input = try AdapterGolden.read().input()
        let quantized = try Self.tinyBERT()
        let dense = try Self.dense(quantized)
        let tuned = try method.attach(to: quantized, generator: try RandomGenerator(seed: 2))
        let other = try method.attach(to: dense, generator: try RandomGenerator(seed: 2))
        try tuned.scramble()
        try other.scramble()
        let logits = try tuned.logits(input)
        #expect(try logits == other.logits(input))
        guard !["prefix", "prompt"].contains(name) else { return }
        try tuned.merge()
        #expect(difference(try tuned.logits(input), logits) < 1e-4)
        if ["lora", "vera"].contains(name) {
            let targets = quantized.linears.filter { $0.name.hasSuffix("query") }
            #expect(targets.allSatisfy { $0.weight.quantized == nil })
            #expect(quantized.quantization == .nf4)
        }
    }

    @Test("are for the model as its file has it, and refused on another")
    func fingerprint() throws {
        try withTemporaryFolder { folder in
            let tuned = try LoRA(targetModules: .names(["query"])).attach(
                to: try Self.tinyBERT(), generator: try RandomGenerator(seed: 1))
            try tuned.scramble()
            try tuned.save(to: folder.path, baseModelName: "models/tiny")
            for quantization in [nil] + Quantization.allCases.map({ $0 }) {
                _ = try AdapterFolder.load(folder.path, onto: try Self.tinyBERT(quantization))
            }
            let other = try Self.tinyBERT(nil)
            let weight = try #require(other.linears.first).weight
            weight.value = try weight.value + 0.001
            #expect(throws: PEFTError.self) { try AdapterFolder.load(folder.path, onto: other) }
            // Hidden states are other ones.
            let digests = try [nil, .int8, .nf4].map { quantization in
                try HeadOnly().attach(to: Self.tinyBERT(quantization), generator: RandomGenerator(seed: 1)).baseDigest()
            }
            #expect(Set(digests).count == 3)
        }
    }

    @Test("that train its weights are refused by the names of these")
    func trained() throws {
        let generator = try RandomGenerator(seed: 1)
        let full = try #require(throws: ModelError.self) {
            try FullFineTuning().attach(to: try Self.tinyBERT(), generator: generator)
        }
        #expect(
            full.problems == [
                "`bert.encoder.layer.0.attention.self.query.weight` and 11 more would be trained, and is kept in few bits"
            ])
        #expect(full.help == "write `quantization: none`, or train an adapter alone")
        var saving = LoRA(targetModules: .names(["query"]))
        saving.modulesToSave = ["intermediate.dense"]
        let modules = try #require(throws: ModelError.self) {
            try saving.attach(to: try Self.tinyBERT(), generator: generator)
        }
        #expect(
            modules.problems.first?.hasPrefix("`bert.encoder.layer.0.intermediate.dense.weight` and 1 more") == true)
    }

    @Test("that take a part out of its weights are refused", arguments: [LoRA.Initialisation.pissa, .olora])
    func principal(_ initialisation: LoRA.Initialisation) throws {
        var method = LoRA(r: 2, targetModules: .names(["query", "value"]))
        method.initLoRAWeights = initialisation
        let error = try #require(throws: PEFTError.self) {
            try method.attach(to: try Self.tinyBERT(), generator: try RandomGenerator(seed: 1))
        }
        #expect(
            error.problems == [
                "init_lora_weights \(initialisation) takes a part out of weights, and "
                    + "`bert.encoder.layer.0.attention.self.query.weight` is kept in few bits"
            ])
    }
}
