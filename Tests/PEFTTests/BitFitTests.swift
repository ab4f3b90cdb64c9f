import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("BitFit")
struct BitFitTests {
    @Test(
        "writes the adapter that PEFT writes with `bias: all` and factors without effect",
        arguments: try VariantGolden.cases { $0.method == "bitfit" })
    func written(_ example: AdapterVariant) throws {
        let golden = try VariantGolden.read()
        let expected = try HashedWeights.tensors(example.weights).filter { name, _ in
            !name.contains(".modules_to_save.") && !name.contains(".original_module.")
        }
        let tuned = try BitFit().attach(to: try golden.model(example.base), generator: try RandomGenerator(seed: 1))
        try withoutGradients {
            for parameter in tuned.trainableParameters {
                let module = parameter.name.split(separator: ".").dropLast().joined(separator: ".")
                let names = ["\(module).base_layer.bias", parameter.name].map { "base_model.model." + $0 }
                let value = try #require(names.lazy.compactMap { expected[$0] }.first, "\(parameter.name)")
                try parameter.value.copy_(from: value)
            }
        }
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: "base")
            let file = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
            #expect(file.names.sorted() == expected.keys.sorted())
            for (name, tensor) in expected { #expect(try file.tensor(name).floats() == tensor.floats(), "\(name)") }
            let url = folder.appending(path: "adapter_config.json")
            let written = try #require(try JSONValue(parsing: try Data(contentsOf: url)).objectValue)
            for (key, value) in written where key != "modules_to_save" {
                #expect(value == example.config[key], "\(key)")
            }

            // What PEFT computes with such a file, ours computes before it was written and after it was read.
            let input = try golden.input(usesTypes: golden.bases[example.base]?.uses_types == true)
            let trained = try golden.rows(tuned.logits(for: input, mode: .inference), of: tuned)
            #expect(relativeDifference(trained, example.logits) < 2e-5)
            let read = try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
            let again = try golden.rows(read.logits(for: input, mode: .inference), of: read)
            #expect(relativeDifference(again, example.logits) < 2e-5)
        }
    }

    @Test("trains the biases that are said, and the head")
    func trained() throws {
        func names(_ targets: TargetModules?) throws -> [String] {
            let tuned = try BitFit(targetModules: targets).attachedToTinyBERT()
            #expect(tuned.base.parameters.filter(\.isTrainable).count == tuned.trainableParameters.count)
            return tuned.trainableParameters.map(\.name)
        }
        #expect(try names(nil).count == 1 + 2 * 8 + 1 + 2)
        #expect(
            try names(.names(["query", "intermediate.dense"])) == [
                "bert.encoder.layer.0.attention.self.query.bias", "bert.encoder.layer.0.intermediate.dense.bias",
                "bert.encoder.layer.1.attention.self.query.bias", "bert.encoder.layer.1.intermediate.dense.bias",
                "classifier.weight", "classifier.bias",
            ])
        let error = try #require(throws: PEFTError.self) { try names(.names(["query", "word_embeddings"])) }
        #expect(error.problems == ["target_modules `word_embeddings` matches no module with a bias"])
    }

    @Test("of some biases comes back from disk, on the same base alone")
    func roundTrip() throws {
        let input = try AdapterGolden.read().input()
        let tuned = try BitFit(targetModules: .names(["query"])).attachedToTinyBERT()
        try tuned.scramble()
        let logits = try tuned.logits(input)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            let loaded = try AdapterFolder.load(folder.path, onto: try tinyBERT())
            #expect(difference(try loaded.logits(input), logits) < 1e-6)
            let other = try tinyBERT()
            other.wordEmbeddings.weight.value = try other.wordEmbeddings.weight.value * 1.01
            #expect(throws: PEFTError.self) { try AdapterFolder.load(folder.path, onto: other) }
        }
    }

    @Test("is refused where there are no biases")
    func refusal() throws {
        let model = try VariantGolden.read().model("llama causal-language-modelling")
        let error = try #require(throws: PEFTError.self) {
            try BitFit().attach(to: model, generator: try RandomGenerator(seed: 1))
        }
        #expect(error.problems == ["a `llama` has no biases, so there is nothing to train"])
    }
}
