import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("LoRA adapters of MLX")
struct MLXAdapterTests {
    @Test("compute as the same factors do in PEFT", arguments: ["lora", "dora", "embeddings"])
    func logits(method: String) throws {
        let golden = try VariantGolden.read()
        let example = try #require(
            golden.cases.first { $0.base == "llama causal-language-modelling" && $0.method == method })
        try withTemporaryFolder { folder in
            try write(example, to: folder)
            // PEFT's file holds the table itself besides.
            let model = try golden.model(example.base)
            if method == "embeddings" {
                let table = try HashedWeights.tensors(example.weights)[
                    "base_model.model.model.embed_tokens.base_layer.weight"]
                model.wordEmbeddings.weight.value = try #require(table)
            }
            let tuned = try AdapterFolder.load(folder.path, onto: model)
            let found = try golden.rows(
                tuned.logits(for: try golden.input(usesTypes: false), mode: .inference), of: tuned)
            #expect(relativeDifference(found, example.logits) < 2e-5)
            // Saved again, it is PEFT's.
            try withTemporaryFolder { saved in
                try tuned.save(to: saved.path, baseModelName: nil)
                let again = try AdapterFolder.load(saved.path, onto: model)
                let logits = try golden.rows(
                    again.logits(for: try golden.input(usesTypes: false), mode: .inference), of: again)
                #expect(relativeDifference(logits, found) < 1e-6)
            }
        }
    }

    @Test("are refused for other models, kinds, and tensors that are missing")
    func refusals() throws {
        let golden = try VariantGolden.read()
        let example = try #require(
            golden.cases.first { $0.base == "llama causal-language-modelling" && $0.method == "lora" })
        try withTemporaryFolder { folder in
            try write(example, to: folder)
            func load(_ model: String) throws -> any TunedModel {
                try AdapterFolder.load(folder.path, onto: try golden.model(model))
            }
            let other = try #require(throws: PEFTError.self) { try load("gpt2 causal-language-modelling") }
            #expect(other.problems.count == 4)
            #expect(other.problems[0].hasSuffix("`model.layers.0.self_attn.q_proj`, which a `gpt2` doesn't have"))
            let task = try #require(throws: PEFTError.self) { try load("llama sequence-classification") }
            #expect(task.problems.first?.contains("task_type") == true)

            let name = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(
                    folder.path, onto: try golden.model(example.base), baseModelName: "models/other")
            }
            #expect(name.problems.first?.hasSuffix("for the base model `base`, not for `models/other`") == true)

            let file = folder.appending(path: "adapters.safetensors").path
            let tensors = try SafetensorsFile(file)
            var kept: [String: Tensor] = [:]
            for name in tensors.names.dropFirst(2) { kept[name] = try tensors.tensor(name) }
            kept["model.layers.0.self_attn.q_proj.lora_b"] = nil
            kept["model.layers.0.self_attn.q_proj.lora_a"] = try Tensor.zeros([32, 3])
            try Safetensors.write(kept, to: file)
            let missing = try #require(throws: ModelError.self) { try load(example.base) }
            #expect(
                missing.problems == ["missing `base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight` [32, 3]"]
            )
            try Data(#"{"fine_tune_type": "full"}"#.utf8).write(to: folder.appending(path: "adapter_config.json"))
            let kind = try #require(throws: PEFTError.self) { try load(example.base) }
            #expect(kind.problems.first?.hasSuffix("`fine_tune_type` is `full`, known are lora and dora") == true)
        }
    }

    /// Writes an adapter of PEFT's as mlx-lm writes one.
    private func write(_ example: AdapterVariant, to folder: URL) throws {
        let suffixes = [
            (".lora_A.weight", ".lora_a"), (".lora_B.weight", ".lora_b"), (".lora_embedding_A", ".lora_a"),
            (".lora_embedding_B", ".lora_b"), (".lora_magnitude_vector", ".m"),
        ]
        var tensors: [String: Tensor] = [:]
        for (name, tensor) in try HashedWeights.tensors(example.weights) {
            guard let (theirs, ours) = suffixes.first(where: { name.hasSuffix($0.0) }) else { continue }
            let bare = name.dropFirst("base_model.model.".count).dropLast(theirs.count)
            tensors[bare + ours] = tensor.rank == 2 ? try tensor.transposed().contiguous() : tensor
        }
        try Safetensors.write(tensors, to: folder.appending(path: "adapters.safetensors").path)
        let r = Double(example.config["r"].intValue ?? 1)
        let alpha = example.config["lora_alpha"].doubleValue ?? 1
        let scale = example.config["use_rslora"] == true ? alpha / r.squareRoot() : alpha / r
        let configuration: JSONValue = [
            "fine_tune_type": .string(example.method == "dora" ? "dora" : "lora"), "num_layers": 16, "model": "base",
            "lora_parameters": ["rank": .double(r), "scale": .double(scale), "dropout": 0],
        ]
        try Data(configuration.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
    }
}
