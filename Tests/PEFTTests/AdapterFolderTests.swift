import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Adapters in PEFT's format")
struct AdapterFolderTests {
    @Test("that PEFT made give PEFT's logits", arguments: AdapterGolden.names)
    func logits(name: String) throws {
        let golden = try AdapterGolden.read()
        let tuned = try AdapterFolder.load(AdapterGolden.folder(name), onto: try tinyBERT())
        let expected = try #require(golden.logits[name]).flatMap { $0 }
        #expect(difference(try tuned.logits(try golden.input()), expected) < 1e-5)
        #expect(tuned.trainableParameters.allSatisfy { !$0.isTrainable })
    }

    @Test("are written with PEFT's names, shapes and keys", arguments: AdapterGolden.names)
    func written(name: String) throws {
        let original = AdapterGolden.folder(name)
        let tuned = try AdapterFolder.load(original, onto: try tinyBERT())
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: "tiny")
            let expected = try SafetensorsFile(original + "/adapter_model.safetensors")
            let written = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
            #expect(written.names == expected.names)
            #expect(written.metadata == expected.metadata)
            for name in expected.names {
                #expect(try written.tensor(name).floats() == expected.tensor(name).floats())
                #expect(written.info(name)?.shape == expected.info(name)?.shape)
            }

            let text = try String(contentsOf: folder.appending(path: "adapter_config.json"), encoding: .utf8)
            let configuration = try JSONValue(parsing: text)
            #expect(text == (try configuration.pretty))
            let reference = try JSONValue(
                parsing: try Data(contentsOf: URL(filePath: original + "/adapter_config.json")))
            var members = try #require(configuration.objectValue)
            // PEFT names the heads of all architectures, some twice, and lists targets in any order.
            #expect(members.removeValue(forKey: "modules_to_save") == ["classifier"])
            if let targets = members.removeValue(forKey: "target_modules") {
                #expect(names(in: targets).sorted() == names(in: reference["target_modules"]).sorted())
            }
            for (key, value) in members { #expect(value == reference[key], "\(key)") }
        }
    }

    @Test("come back as they were saved", arguments: 0..<4)
    func roundTrip(index: Int) throws {
        let methods: [any FineTuningMethod] = [
            LoRA(r: 2, loraAlpha: 3.5, loraDropout: 0.1, targetModules: .allLinear),
            PromptTuning(numVirtualTokens: 3),
            PTuning(numVirtualTokens: 3, encoderHiddenSize: 5),
            PTuning(numVirtualTokens: 2, encoderReparameterizationType: .lstm, encoderHiddenSize: 3),
        ]
        let input = try AdapterGolden.read().input()
        let tuned = try methods[index].attachedToTinyBERT()
        try tuned.scramble()
        let logits = try tuned.logits(input)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            let loaded = try AdapterFolder.load(folder.path, onto: try tinyBERT(seed: 2))
            #expect(difference(try loaded.logits(input), logits) < 1e-6)

            let trainable = try AdapterFolder.load(folder.path, onto: try tinyBERT(seed: 2), isTrainable: true)
            #expect(difference(try trainable.logits(input), logits) < 1e-6)
            #expect(trainable.trainableParameters.map(\.name) == tuned.trainableParameters.map(\.name))
            #expect(trainable.trainableParameters.allSatisfy { $0.isTrainable })
        }
    }

    @Test("are refused if a tensor is missing, unexpected or of another shape, which are all listed")
    func account() throws {
        let query = "base_model.model.bert.encoder.layer.1.attention.self.query"
        let error = try loadingError(of: "lora") { tensors in
            tensors["\(query).lora_B.weight"] = nil
            tensors["\(query).lora_A.weight"] = try Tensor.zeros([4, 32])
            tensors["base_model.model.classifier.bais"] = try Tensor.zeros([3])
        }
        #expect(
            error.problems == [
                "`\(query).lora_A.weight` has shape [4, 32], expected [3, 32]",
                "missing `\(query).lora_B.weight` [32, 3]",
                "unexpected `base_model.model.classifier.bais`",
            ])
    }

    @Test("are refused if their names have another prefix, which PEFT only warns about")
    func wrongPrefix() throws {
        let error = try loadingError(of: "prompt-tuning") { tensors in
            for name in ["weight", "bias"] {
                tensors["base_model.model.classifier.\(name)"] = tensors.removeValue(
                    forKey: "base_model.classifier.\(name)")
            }
        }
        #expect(
            error.problems == [
                "missing `base_model.classifier.weight` [3, 32]", "missing `base_model.classifier.bias` [3]",
                "unexpected `base_model.model.classifier.bias`", "unexpected `base_model.model.classifier.weight`",
            ])
    }

    @Test("are refused if their configuration switches on what is not supported, and only then")
    func configuration() throws {
        let error = try configurationError { configuration in
            configuration["use_qalora"] = true
            configuration["bias"] = "some"
            configuration["rank_pattern"] = ["query": 0]
            configuration["trainable_token_indices"] = [3]
            configuration["init_lora_weights"] = "pissa"
            configuration["r"] = 0
            configuration["shiny_new_option"] = ["strength": 3]
            configuration["another_new_option"] = nil
        }
        #expect(
            error.problems == [
                "`r`: expected a whole number from 1 to 65536, found 0",
                "`bias`: expected one of `none`, `all`, `lora_only`, found \"some\"",
                "`rank_pattern`: expected positive numbers by patterns",
                "`init_lora_weights` is pissa: such adapters belong to a base model whose weights were changed before "
                    + "training",
                "`trainable_token_indices` is [3]: this part of LoRA is not supported",
                "`use_qalora` is true: this variant of LoRA is not supported",
                "unknown key `shiny_new_option`",
            ])
        let unknown = try configurationError { $0["peft_type"] = "BOFT" }
        #expect(unknown.problems == ["`peft_type` is `BOFT`, a method that is not built in"])
        #expect(unknown.help == "known: LORA, ADALORA, VERA, IA3, PREFIX_TUNING, PROMPT_TUNING, P_TUNING")
    }

    // MARK: Helpers

    /// The names in PEFT's spelling of `target_modules`.
    private func names(in targets: JSONValue) -> [String] {
        targets.arrayValue?.compactMap(\.stringValue) ?? targets.stringValue.map { [$0] } ?? []
    }

    private func loadingError(
        of name: String, changing change: (inout [String: Tensor]) throws -> Void
    ) throws -> ModelError {
        try withTemporaryFolder { folder in
            let original = URL(filePath: AdapterGolden.folder(name))
            let file = try SafetensorsFile(original.appending(path: "adapter_model.safetensors").path)
            var tensors: [String: Tensor] = [:]
            for name in file.names { tensors[name] = try file.tensor(name) }
            try change(&tensors)
            try Safetensors.write(tensors, to: folder.appending(path: "adapter_model.safetensors").path)
            let configuration = "adapter_config.json"
            try FileManager.default.copyItem(
                at: original.appending(path: configuration), to: folder.appending(path: configuration))
            return try #require(throws: ModelError.self) {
                try AdapterFolder.load(folder.path, onto: try tinyBERT())
            }
        }
    }

    private func configurationError(_ change: (inout JSONValue) -> Void) throws -> ModelError {
        try withTemporaryFolder { folder in
            let url = URL(filePath: AdapterGolden.folder("lora")).appending(path: "adapter_config.json")
            var configuration = try JSONValue(parsing: try Data(contentsOf: url))
            change(&configuration)
            try Data(configuration.pretty.utf8).write(to: folder.appending(path: "adapter_config.json"))
            return try #require(throws: ModelError.self) { try AdapterFolder.readMethod(folder.path) }
        }
    }
}
