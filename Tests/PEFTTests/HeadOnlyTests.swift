import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("The head alone")
struct HeadOnlyTests {
    @Test("trains the head and what is named besides")
    func trained() throws {
        func names(_ extra: [String]) throws -> [String] {
            let tuned = try HeadOnly(modulesToSave: extra).attachedToTinyBERT()
            #expect(tuned.base.parameters.filter(\.isTrainable).map(\.name) == tuned.trainableParameters.map(\.name))
            return tuned.trainableParameters.map(\.name)
        }
        #expect(try names([]) == ["classifier.weight", "classifier.bias"])
        #expect(
            try names(["pooler"]) == [
                "bert.pooler.dense.weight", "bert.pooler.dense.bias", "classifier.weight", "classifier.bias",
            ])
        let error = try #require(throws: PEFTError.self) { try names(["polar"]) }
        #expect(error.problems == ["modules_to_save `polar` matches no module of the model"])
    }

    @Test("comes back from disk as a LoRA without effect, on the same base alone")
    func roundTrip() throws {
        let input = try AdapterGolden.read().input()
        let tuned = try HeadOnly().attachedToTinyBERT()
        try tuned.scramble()
        let logits = try tuned.logits(input)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            let written = try JSONValue(parsing: Data(contentsOf: folder.appending(path: "adapter_config.json")))
            #expect(written["peft_type"] == "LORA" && written["modules_to_save"][0] == "classifier")
            #expect(written["bias"].isNull || written["bias"] == "none")
            let file = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
            #expect(file.names.count == 4)
            let loaded = try AdapterFolder.load(folder.path, onto: try tinyBERT())
            #expect(difference(try loaded.logits(input), logits) < 1e-6)
        }
    }

    @Test("is refused where there is no head")
    func refusal() throws {
        let model = try VariantGolden.read().model("llama causal-language-modelling")
        let error = try #require(throws: PEFTError.self) {
            try HeadOnly().attach(to: model, generator: try RandomGenerator(seed: 1))
        }
        #expect(error.problems.first?.contains("nothing to train") == true)
        #expect(error.help?.contains("modules_to_save") == true)
    }
}
