import Foundation
import JSONValues
import Models
import PEFT
import StageInterface
import Tensors
import TestSupport
import Testing

@testable import Stages

@Suite("Stages that describe a method")
struct MethodStageTests {
    /// The method that comes out at the other end of the artifact.
    private func method(
        _ kind: any MethodKind.Type, _ parameters: [String: JSONValue]
    ) throws -> any FineTuningMethod {
        try withTemporaryFolder { folder in
            let outcome = try StageHarness(folder: folder).run(kind, parameters)
            let (read, values) = try Methods.read(in: outcome.output.path)
            #expect(read.declaration.kind == kind.declaration.kind)
            let options = ModelOptions(generator: try RandomGenerator(seed: 1))
            let model = try ModelArchitectures.load(folder: TinyBERT.folder, options: options).model
            return try read.method(values, for: model.dimensions)
        }
    }

    @Test("lora: only the targets must be said")
    func loraDefaults() throws {
        let method = try #require(try method(LoRAStage.self, ["target_modules": "all-linear"]) as? LoRA)
        #expect(method == LoRA(targetModules: .allLinear))
    }

    @Test("lora: everything that can be said arrives")
    func lora() throws {
        let method = try #require(
            try method(
                LoRAStage.self,
                [
                    "r": 4, "lora_alpha": 6, "lora_dropout": 0.25, "target_modules": ["query", "value"],
                    "exclude_modules": ".*layer.1.*", "layers_to_transform": [0, 2], "use_rslora": true,
                    "use_dora": true, "rank_pattern": ["query": 2], "alpha_pattern": ["value": 1.5],
                    "bias": "lora_only", "modules_to_save": ["pooler"], "init_lora_weights": "gaussian",
                ]) as? LoRA)
        var expected = LoRA(
            r: 4, loraAlpha: 6, loraDropout: 0.25, targetModules: .names(["query", "value"]), useRSLoRA: true,
            useDoRA: true, bias: .loraOnly)
        expected.excludeModules = .pattern(".*layer.1.*")
        expected.layersToTransform = [0, 2]
        expected.rankPattern = ["query": 2]
        expected.alphaPattern = ["value": 1.5]
        expected.modulesToSave = ["pooler"]
        expected.initLoRAWeights = .gaussian
        #expect(method == expected)
        let random = try self.method(LoRAStage.self, ["target_modules": ["query"], "init_lora_weights": false])
        #expect((random as? LoRA)?.initLoRAWeights == .random)
        for (name, value) in [("pissa", LoRA.Initialisation.pissa), ("olora", .olora)] {
            let other = try self.method(
                LoRAStage.self, ["target_modules": ["query"], "init_lora_weights": .string(name)])
            #expect((other as? LoRA)?.initLoRAWeights == value)
        }
    }

    @Test("ia3 and prefix-tuning: everything that can be said arrives")
    func others() throws {
        let ia3 = try #require(
            try method(
                IA3Stage.self,
                [
                    "target_modules": ["key", "output.dense"], "feedforward_modules": ["output.dense"],
                    "exclude_modules": ["attention.output.dense"], "modules_to_save": ["pooler"],
                ]) as? IA3)
        var expected = IA3(
            targetModules: .names(["key", "output.dense"]), feedforwardModules: .names(["output.dense"]))
        expected.excludeModules = .names(["attention.output.dense"])
        expected.modulesToSave = ["pooler"]
        #expect(ia3 == expected)

        let prefix = try method(
            PrefixTuningStage.self,
            ["num_virtual_tokens": 5, "prefix_projection": true, "encoder_hidden_size": 7])
        #expect(
            prefix as? PrefixTuning
                == PrefixTuning(numVirtualTokens: 5, prefixProjection: true, encoderHiddenSize: 7))
        let error = try #require(throws: StageHarness.Refused.self) {
            try self.method(PrefixTuningStage.self, ["encoder_hidden_size": 7])
        }
        #expect(error.problems.map(\.message) == ["`encoder_hidden_size` is only read with `prefix_projection: true`"])
    }

    @Test("adalora: everything that can be said arrives, and ranks must be left to take")
    func adaLoRA() throws {
        let method = try #require(
            try method(
                AdaLoRAStage.self,
                [
                    "target_r": 2, "init_r": 6, "lora_alpha": 12, "lora_dropout": 0.25, "target_modules": ["query"],
                    "exclude_modules": ["layer.1.query"], "layers_to_transform": [0], "modules_to_save": ["pooler"],
                    "tinit": 3, "tfinal": 4, "deltaT": 2, "beta1": 0.5, "beta2": 0.6, "orth_reg_weight": 0.1,
                ]) as? AdaLoRA)
        var budget = AdaLoRA.Budget()
        (budget.tinit, budget.tfinal, budget.deltaT, budget.beta1, budget.beta2) = (3, 4, 2, 0.5, 0.6)
        var expected = AdaLoRA(
            targetR: 2, initR: 6, loraAlpha: 12, loraDropout: 0.25, targetModules: .names(["query"]),
            orthRegWeight: 0.1, budget: budget)
        expected.excludeModules = .names(["layer.1.query"])
        expected.layersToTransform = [0]
        expected.modulesToSave = ["pooler"]
        #expect(method == expected)
        let error = try #require(throws: StageHarness.Refused.self) {
            try self.method(AdaLoRAStage.self, ["target_modules": "all-linear", "target_r": 12])
        }
        #expect(error.problems.map(\.message) == ["`target_r` 12 is not less than `init_r` 12"])
    }

    @Test("vera and bitfit: everything that can be said arrives")
    func vectorsAndBiases() throws {
        let vera = try method(
            VeRAStage.self,
            [
                "r": 7, "target_modules": ["query"], "projection_prng_key": 5, "save_projection": false,
                "vera_dropout": 0.25, "d_initial": 0.5, "layers_to_transform": [1], "modules_to_save": ["pooler"],
            ])
        var expected = VeRA(
            r: 7, targetModules: .names(["query"]), projectionPRNGKey: 5, saveProjection: false, veraDropout: 0.25,
            dInitial: 0.5)
        expected.layersToTransform = [1]
        expected.modulesToSave = ["pooler"]
        #expect(vera as? VeRA == expected)

        #expect(try method(BitFitStage.self, [:]) as? BitFit == BitFit())
        var biases = BitFit(targetModules: .names(["query"]))
        biases.modulesToSave = ["pooler"]
        #expect(
            try method(HeadStage.self, ["modules_to_save": ["pooler"]]) as? HeadOnly
                == HeadOnly(modulesToSave: ["pooler"]))
        let some = try method(BitFitStage.self, ["target_modules": ["query"], "modules_to_save": ["pooler"]])
        #expect(some as? BitFit == biases)
    }

    @Test("p-tuning: its network is as wide as word embeddings unless told")
    func pTuning() throws {
        #expect(try (method(PTuningStage.self, [:]) as? PTuning)?.encoderHiddenSize == 32)
    }
}
