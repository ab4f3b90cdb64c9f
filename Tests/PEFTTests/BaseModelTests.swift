import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("An adapter and its base model")
struct BaseModelTests {
    @Test("go together if the base's weights are those of training, wherever they are")
    func sameWeights() throws {
        try withAdapter { folder in
            _ = try AdapterFolder.load(folder, onto: try tinyBERT(), baseModelName: "moved/elsewhere")
        }
    }

    @Test("don't if a weight is another, and both sides are named")
    func otherWeights() throws {
        try withAdapter { folder in
            let other = try tinyBERT()
            let weight = try #require(other.linears.first).weight
            weight.value = try weight.value + 0.001
            let error = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(folder, onto: other, baseModelName: "models/other")
            }
            let problem = try #require(error.problems.first)
            #expect(problem.hasPrefix("\(folder) was made for another base model: `models/tiny` (bert, digest "))
            #expect(problem.contains(", not `models/other` (bert, digest "))
        }
    }

    @Test("don't if the adapter names another, where there are no weights to compare")
    func names() throws {
        let folder = AdapterGolden.folder("lora")
        _ = try AdapterFolder.load(folder, onto: try tinyBERT(), baseModelName: "models/Tiny")
        let error = try #require(throws: PEFTError.self) {
            try AdapterFolder.load(folder, onto: try tinyBERT(), baseModelName: "models/large")
        }
        #expect(error.problems == ["\(folder) was made for the base model `tiny`, not for `models/large`"])
    }

    @Test("don't if shapes differ: the message says what both are")
    func shapes() throws {
        let golden = try VariantGolden.read()
        let example = try #require(golden.cases.first { $0.base == "llama causal-language-modelling" })
        try example.withFolder { folder in
            let error = try #require(throws: ModelError.self) {
                try AdapterFolder.load(folder.path, onto: try golden.model("qwen3 causal-language-modelling"))
            }
            #expect(error.problems.contains { $0.contains("lora_B.weight` has shape [32, 3], expected [48, 3]") })
            #expect(error.help?.contains("the adapter's is `base`, this is a `qwen3` of 2 layers, 32 wide") == true)
        }
    }

    @Test("don't if the adapter is for another task")
    func tasks() throws {
        let golden = try VariantGolden.read()
        let example = try #require(golden.cases.first { $0.base == "llama causal-language-modelling" })
        try example.withFolder { folder in
            let error = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(folder.path, onto: try golden.model("llama sequence-classification"))
            }
            #expect(
                error.problems == [
                    "the adapter is for `task_type` CAUSAL_LM, the base model is loaded for sequence-classification"
                ])
        }
    }

    @Test("don't if the head is in neither")
    func newHead() throws {
        try withTemporaryFolder { folder in
            try TinyBERT.copy(to: folder) { _ in }
            let options = ModelOptions(labels: ["a", "b"], generator: try RandomGenerator(seed: 1))
            let model = try ModelArchitectures.load(folder: folder.path, options: options).model
            let golden = URL(filePath: AdapterGolden.folder("lora"))
            let adapter = folder.appending(path: "adapter")
            try FileManager.default.createDirectory(at: adapter, withIntermediateDirectories: true)
            var json = try JSONValue(parsing: try Data(contentsOf: golden.appending(path: "adapter_config.json")))
            json["task_type"] = nil
            json["modules_to_save"] = nil
            try Data(json.pretty.utf8).write(to: adapter.appending(path: "adapter_config.json"))
            try FileManager.default.copyItem(
                at: golden.appending(path: "adapter_model.safetensors"),
                to: adapter.appending(path: "adapter_model.safetensors"))
            let error = try #require(throws: PEFTError.self) { try AdapterFolder.load(adapter.path, onto: model) }
            #expect(error.problems == ["the adapter has no `classifier`, and the base model's would be new"])
        }
    }

    /// Calls a body with an adapter that was saved here.
    private func withAdapter(_ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let tuned = try LoRA(targetModules: .names(["query"]), bias: .loraOnly).attachedToTinyBERT()
            try tuned.scramble()
            try tuned.save(to: folder.path, baseModelName: "models/tiny")
            try body(folder.path)
        }
    }
}
