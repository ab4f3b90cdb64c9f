import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Soft prompts")
struct SoftPromptTests {
    @Test("of sampled words are rows of the word embeddings")
    func sampledWords() throws {
        let tuned = try PromptTuning(numVirtualTokens: 5).attachedToTinyBERT()
        let table = try tuned.base.wordEmbeddings.weight.value.floats()
        let rows = Set((0..<50).map { Array(table[$0 * 32..<($0 + 1) * 32]) })
        let prompt = try prompt(of: tuned)
        #expect(prompt.shape == [5, 32])
        let values = try prompt.value.floats()
        for row in 0..<5 { #expect(rows.contains(Array(values[row * 32..<(row + 1) * 32]))) }
    }

    @Test(
        "of P-tuning begin as rows of the word embeddings, whatever makes them",
        arguments: [
            PTuning(numVirtualTokens: 5, encoderHiddenSize: 16),
            PTuning(numVirtualTokens: 5, encoderReparameterizationType: .lstm, encoderHiddenSize: 16),
        ])
    func fittedEncoder(method: PTuning) throws {
        let tuned = try method.attachedToTinyBERT()
        let table = try tuned.base.wordEmbeddings.weight.value.floats()
        let vectors = try vectors(of: tuned)
        for row in 0..<5 {
            let vector = vectors[row * 32..<(row + 1) * 32]
            let nearest = (0..<50).map { word in
                zip(vector, table[word * 32..<(word + 1) * 32]).map { abs($0 - $1) }.max() ?? 0
            }.min()
            #expect(try #require(nearest) < 1e-4)
        }
        #expect(vectors == (try self.vectors(of: try method.attachedToTinyBERT())))

        var random = method
        random.encoderInit = .random
        #expect(vectors != (try self.vectors(of: try random.attachedToTinyBERT())))
    }

    @Test("of P-tuning that are more than the network can make come near what they begin as")
    func narrowEncoder() throws {
        let tuned = try PTuning(numVirtualTokens: 12, encoderHiddenSize: 3).attachedToTinyBERT()
        #expect(try vectors(of: tuned).allSatisfy { $0.isFinite })
    }

    @Test("is trained without the frozen model's dropout, unless that is asked for", arguments: [false, true])
    func baseDropout(isOn: Bool) throws {
        var method = PromptTuning(numVirtualTokens: 3)
        method.baseDropout = isOn
        let tuned = try method.attachedToTinyBERT()
        let input = ModelInput(.ids(try Tensor([2, 17, 5, 44, 9, 3], shape: [1, 6])))
        let first = try tuned.logits(for: input, mode: .training).floats()
        #expect((try tuned.logits(for: input, mode: .training).floats() != first) == isOn)
    }

    @Test("of a text are its tokens' embeddings, repeated or cut", arguments: [2, 3, 7])
    func text(count: Int) throws {
        let ids = [2, 30, 3]
        let method = PromptTuning(
            numVirtualTokens: count, promptTuningInit: .text("fine", ids: ids, tokenizer: "tiny"))
        let tuned = try method.attachedToTinyBERT()
        let expected = (0..<count).map { ids[$0 % 3] }
        let rows = try tuned.base.wordEmbeddings(try Tensor(expected, shape: [count]))
        #expect(try prompt(of: tuned).value.floats() == rows.floats())
    }

    @Test("at random come from N(0, 1) and follow from the seed")
    func random() throws {
        let method = PromptTuning(numVirtualTokens: 20, promptTuningInit: .random)
        func values(seed: UInt64) throws -> [Float] {
            try prompt(of: try method.attachedToTinyBERT(seed: seed)).value.floats()
        }
        let first = try values(seed: 1)
        let variance = first.reduce(0) { $0 + $1 * $1 } / Float(first.count)
        #expect(abs(variance - 1) < 0.2)
        #expect(try values(seed: 1) == first)
        #expect(try values(seed: 2) != first)
    }

    @Test("train their vectors or network, and the head")
    func trainable() throws {
        let prompt = try PromptTuning(numVirtualTokens: 2).attachedToTinyBERT()
        #expect(
            prompt.trainableParameters.map(\.name)
                == ["prompt_encoder.embedding.weight", "classifier.weight", "classifier.bias"])
        #expect(prompt.virtualTokenCount == 2)

        let encoder = try PTuning(numVirtualTokens: 2, encoderHiddenSize: 4).attachedToTinyBERT()
        #expect(encoder.trainableParameters.count == 9)
        #expect(encoder.trainableParameters.allSatisfy { $0.isTrainable })
        #expect(encoder.base.parameters.filter(\.isTrainable).map(\.name) == ["classifier.weight", "classifier.bias"])
    }

    @Test("are refused where they don't fit the model or its vocabulary")
    func validation() throws {
        func problems(_ method: any FineTuningMethod) throws -> [String] {
            try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }.problems
        }
        #expect(
            try problems(PromptTuning(numVirtualTokens: 24)) == [
                "num_virtual_tokens is 24, expected at least 1 and less than the model's 24 positions"
            ])
        #expect(
            try problems(PromptTuning(numVirtualTokens: 2, promptTuningInit: .text("", ids: [], tokenizer: "t")))
                == ["prompt_tuning_init_text `` has no tokens"])
        #expect(
            try problems(PromptTuning(numVirtualTokens: 2, promptTuningInit: .text("x", ids: [50], tokenizer: "t")))
                == ["prompt_tuning_init_text has a token with id 50, but the model's vocabulary has 50"])
        #expect(
            try problems(PTuning(numVirtualTokens: 2, encoderHiddenSize: 0, encoderNumLayers: 3, encoderDropout: 0.5))
                .count == 3)
    }

    @Test("for a decoder too are refused by a model that has none apart")
    func submodules() throws {
        try withTemporaryFolder { folder in
            try PromptTuning(numVirtualTokens: 2).attachedToTinyBERT().save(to: folder.path, baseModelName: nil)
            let file = folder.appending(path: "adapter_config.json")
            let text = try String(contentsOf: file, encoding: .utf8)
            let key = "\"num_transformer_submodules\": "
            #expect(text.contains(key + "1"))
            try text.replacing(key + "1", with: key + "2").write(to: file, atomically: true, encoding: .utf8)
            let error = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(folder.path, onto: try tinyBERT())
            }
            #expect(error.problems == ["num_transformer_submodules is 2, but `bert` has no decoder apart"])
        }
    }

    @Test("can't be merged, and say so")
    func merge() throws {
        let tuned = try PromptTuning(numVirtualTokens: 2).attachedToTinyBERT()
        let error = try #require(throws: PEFTError.self) { try tuned.merge() }
        #expect(error.problems.first?.contains("can't be merged") == true)
    }

    @Test("of P-tuning make PEFT's vectors from PEFT's network", arguments: ["p-tuning-mlp", "p-tuning-lstm"])
    func encoder(name: String) throws {
        let golden = try AdapterGolden.read()
        let tuned = try AdapterFolder.load(AdapterGolden.folder(name), onto: try tinyBERT(), isTrainable: true)
        let expected = try #require(golden.logits[name]).flatMap { $0 }
        #expect(difference(try tuned.logits(try golden.input()), expected) < 1e-5)
    }

    @Test("of P-tuning are trained further only with the network that made them")
    func sidecar() throws {
        try withTemporaryFolder { folder in
            let original = URL(filePath: AdapterGolden.folder("p-tuning-mlp"))
            for file in ["adapter_config.json", "adapter_model.safetensors"] {
                try FileManager.default.copyItem(at: original.appending(path: file), to: folder.appending(path: file))
            }
            func error() throws -> PEFTError {
                try #require(throws: PEFTError.self) {
                    try AdapterFolder.load(folder.path, onto: try tinyBERT(), isTrainable: true)
                }
            }
            #expect(try error().problems.first?.contains("has no prompt_encoder.safetensors") == true)

            let other = try PTuning(numVirtualTokens: 4, encoderHiddenSize: 10).attachedToTinyBERT()
            try withTemporaryFolder { otherFolder in
                try other.save(to: otherFolder.path, baseModelName: nil)
                let file = "prompt_encoder.safetensors"
                try FileManager.default.copyItem(
                    at: otherFolder.appending(path: file), to: folder.appending(path: file))
            }
            #expect(try error().problems.first?.contains("does not make the vectors") == true)
        }
    }

    /// (V, d), as saved for PEFT.
    private func vectors(of tuned: any TunedModel) throws -> [Float] {
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            let file = try SafetensorsFile(folder.appending(path: "adapter_model.safetensors").path)
            return try file.tensor("prompt_embeddings").floats()
        }
    }

    private func prompt(of tuned: any TunedModel) throws -> Parameter {
        try #require(tuned.trainableParameters.first { $0.name == "prompt_encoder.embedding.weight" })
    }
}
