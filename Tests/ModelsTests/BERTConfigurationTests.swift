import Foundation
import Models
import TestSupport
import Testing

@Suite("Reading BERT's config.json")
struct BERTConfigurationTests {
    @Test("everything that is not understood is named, with the key that was likely meant")
    func unknownKeys() throws {
        let error = try error { configuration in
            configuration["hiden_act"] = "relu"
            configuration["position_embedding_type"] = "relative_key"
            configuration["is_decoder"] = true
            configuration["hidden_act"] = "quick_gelu"
            configuration["num_attention_heads"] = 5
            configuration["layer_norm_eps"] = "small"
        }
        #expect(
            error.problems == [
                "`hidden_size` 32 is not a multiple of `num_attention_heads` 5",
                "`layer_norm_eps`: expected a number from 0.0 to 1.0, found \"small\"",
                "`hidden_act`: expected one of `gelu`, `gelu_new`, `gelu_pytorch_tanh`, `gelu_fast`, `relu`, `silu`, "
                    + "`swish`, `tanh`, found \"quick_gelu\"",
                "`position_embedding_type` is \"relative_key\": only `absolute` is supported",
                "`is_decoder` is true: only the plain model is supported",
                "unknown key `hiden_act`; did you mean `hidden_act`?",
            ])
        #expect(error.path?.hasSuffix("config.json") == true)
    }

    @Test("an architecture that is not built in is refused with those that are")
    func unknownArchitecture() throws {
        let error = try error { $0["model_type"] = "deberta-v2" }
        #expect(error.problems == ["`model_type` is `deberta-v2`, an architecture that is not built in"])
        #expect(error.help == "known: \(ModelArchitectures.modelTypes.joined(separator: ", "))")
        #expect(ModelArchitectures.modelTypes.contains("bert"))
    }

    @Test("a folder without a configuration, and a file that is no JSON, are refused")
    func noConfiguration() throws {
        try withTemporaryFolder { folder in
            let missing = try #require(throws: ModelError.self) { try load(folder.path) }
            #expect(missing.help == "a model is a folder with config.json and model.safetensors")
            try Data("{".utf8).write(to: folder.appending(path: "config.json"))
            let broken = try #require(throws: ModelError.self) { try load(folder.path) }
            #expect(broken.problems.first?.hasPrefix("not JSON: line 1") == true)
        }
    }

    private func error(_ change: (inout [String: Any]) -> Void) throws -> ModelError {
        try withTemporaryFolder { folder in
            try TinyBERT.copy(to: folder, changing: change)
            return try #require(throws: ModelError.self) { try load(folder.path) }
        }
    }
}
