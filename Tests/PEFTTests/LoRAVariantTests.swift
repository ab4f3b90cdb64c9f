import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Variants of LoRA")
struct LoRAVariantTests {
    @Test("DoRA and adapted tables leave the logits as they are until they are trained")
    func identity() throws {
        let input = try AdapterGolden.read().input()
        let base = try tinyBERT().logits(for: input, mode: .inference).floats()
        for initialisation in [LoRA.Initialisation.kaiming, .gaussian] {
            var method = LoRA(targetModules: .names(["query", "output.dense", "word_embeddings"]), useDoRA: true)
            method.initLoRAWeights = initialisation
            #expect(difference(try method.attachedToTinyBERT().logits(input), base) < 1e-6)
        }
        var random = LoRA(targetModules: .names(["query"]))
        random.initLoRAWeights = .random
        #expect(difference(try random.attachedToTinyBERT().logits(input), base) > 1e-4)
    }

    @Test("A is drawn from N(0, 1/r²) where it is to be gaussian")
    func gaussian() throws {
        var method = LoRA(r: 16, targetModules: .names(["output.dense"]))
        method.initLoRAWeights = .gaussian
        let a = try #require(method.attachedToTinyBERT().trainableParameters.first { $0.shape == [16, 48] })
        let values = try a.value.floats()
        let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
        #expect(abs(deviation - 1 / 16) < 0.005)
    }

    @Test("ranks, layers and exclusions are those that are said")
    func patterns() throws {
        var method = LoRA(r: 3, targetModules: .names(["query", "value", "attention.output.dense"]))
        method.layersToTransform = [1]
        method.excludeModules = .pattern(".*value")
        method.rankPattern = ["attention.output.dense": 5]
        let names = try method.attachedToTinyBERT().trainableParameters.map { "\($0.name) \($0.shape)" }
        let layer = "bert.encoder.layer.1.attention"
        #expect(
            names == [
                "\(layer).self.query.lora_A.weight [3, 32]", "\(layer).self.query.lora_B.weight [32, 3]",
                "\(layer).output.dense.lora_A.weight [5, 32]", "\(layer).output.dense.lora_B.weight [32, 5]",
                "classifier.weight [3, 32]", "classifier.bias [3]",
            ])
        method.excludeModules = .names(["attention.self.query", "value", "dense"])
        let error = try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }
        #expect(error.problems.first == "target_modules `query` matches only what is excluded")
    }

    @Test("biases and whole modules are trained and named as they are said")
    func trained() throws {
        func trained(_ bias: LoRA.Bias, _ modules: [String] = []) throws -> [String] {
            var method = LoRA(targetModules: .names(["query"]), bias: bias)
            method.modulesToSave = modules
            let parameters = try method.attachedToTinyBERT().trainableParameters
            #expect(parameters.allSatisfy { $0.isTrainable })
            #expect(Set(parameters.map(\.name)).count == parameters.count)
            return parameters.map(\.name).filter { !$0.contains("lora_") }
        }
        #expect(
            try trained(.loraOnly) == [
                "bert.encoder.layer.0.attention.self.query.bias", "bert.encoder.layer.1.attention.self.query.bias",
                "classifier.weight", "classifier.bias",
            ])
        #expect(try trained(.all).count == 1 + 2 * 8 + 1 + 2)
        #expect(
            try trained(.none, ["pooler", "token_type_embeddings"]) == [
                "bert.embeddings.token_type_embeddings.weight", "bert.pooler.dense.weight", "bert.pooler.dense.bias",
                "classifier.weight", "classifier.bias",
            ])
        let error = try #require(throws: PEFTError.self) { try trained(.none, ["poolr"]) }
        #expect(error.problems == ["modules_to_save `poolr` matches no module of the model"])
    }

    @Test("what contradicts itself is refused, all at once")
    func validation() throws {
        var method = LoRA(targetModules: .pattern(".*query"), useDoRA: true)
        method.layersToTransform = [0]
        method.loraBias = true
        method.rankPattern = ["query": 0]
        let error = try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }
        #expect(
            error.problems == [
                "rank_pattern `query` is 0, expected at least 1",
                "layers_to_transform is for target_modules that are names; say it in the expression",
                "lora_bias is not defined together with use_dora",
            ])
        var broken = LoRA(targetModules: .names(["query"]))
        broken.rankPattern = ["(": 2]
        let pattern = try #require(throws: PEFTError.self) { try broken.attachedToTinyBERT() }
        #expect(pattern.problems.first?.hasPrefix("rank_pattern `(.*\\.)?(()` is no regular expression") == true)
    }

    @Test("a tied table can be adapted, but neither merged nor trained as a whole")
    func tied() throws {
        let golden = try VariantGolden.read()
        func model() throws -> any TransformerModel { try golden.model("gpt2 causal-language-modelling") }
        let generator = try RandomGenerator(seed: 1)
        let tuned = try LoRA(targetModules: .names(["wte", "c_attn"])).attach(to: try model(), generator: generator)
        let error = try #require(throws: PEFTError.self) { try tuned.merge() }
        #expect(error.problems.first?.contains("`transformer.wte` can't be merged") == true)
        var whole = LoRA(targetModules: .names(["c_attn"]))
        whole.modulesToSave = ["wte"]
        #expect(throws: PEFTError.self) { try whole.attach(to: try model(), generator: generator) }
    }

    @Test("an adapter's bias that has no place to go leaves the weights as they were")
    func ownBias() throws {
        let golden = try VariantGolden.read()
        let model = try golden.model("llama causal-language-modelling")
        var method = LoRA(targetModules: .names(["q_proj"]))
        method.loraBias = true
        let tuned = try method.attach(to: model, generator: try RandomGenerator(seed: 1))
        let before = try model.linears[0].weight.value.floats()
        let error = try #require(throws: PEFTError.self) { try tuned.merge() }
        #expect(error.problems.first?.contains("has no bias that the adapter's could become part of") == true)
        #expect(try model.linears[0].weight.value.floats() == before)
        #expect(model.linears[0].adapter != nil)
    }
}
