import Foundation
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Prefix tuning")
struct PrefixTuningTests {
    @Test("comes back from disk, to be used and to be trained further", arguments: [false, true])
    func roundTrip(hasProjection: Bool) throws {
        let input = try AdapterGolden.read().input()
        let method = PrefixTuning(
            numVirtualTokens: 3, prefixProjection: hasProjection, encoderHiddenSize: hasProjection ? 5 : nil)
        let tuned = try method.attachedToTinyBERT()
        try tuned.scramble()
        let logits = try tuned.logits(input)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: nil)
            for isTrainable in [false, true] {
                let loaded = try AdapterFolder.load(folder.path, onto: try tinyBERT(), isTrainable: isTrainable)
                #expect(difference(try loaded.logits(input), logits) < 1e-6)
                #expect(loaded.virtualTokenCount == 3 && loaded.virtualLogitCount == 0)
                if isTrainable {
                    #expect(loaded.trainableParameters.map(\.name) == tuned.trainableParameters.map(\.name))
                    #expect(loaded.trainableParameters.allSatisfy { $0.isTrainable })
                }
            }
            guard hasProjection else { return }
            try FileManager.default.removeItem(at: folder.appending(path: "prompt_encoder.safetensors"))
            let error = try #require(throws: PEFTError.self) {
                try AdapterFolder.load(folder.path, onto: try tinyBERT(), isTrainable: true)
            }
            #expect(error.problems.first?.contains("has no prompt_encoder.safetensors") == true)
        }
    }

    @Test("trains keys and values, or the network that makes them, and the head")
    func trainable() throws {
        let plain = try PrefixTuning(numVirtualTokens: 3).attachedToTinyBERT().trainableParameters
        #expect(plain.map(\.name) == ["prompt_encoder.embedding.weight", "classifier.weight", "classifier.bias"])
        #expect(plain[0].shape == [3, 2 * 2 * 32])
        let network = try PrefixTuning(numVirtualTokens: 3, prefixProjection: true).attachedToTinyBERT()
        #expect(
            network.trainableParameters.map { "\($0.name) \($0.shape)" }.prefix(5) == [
                "prompt_encoder.embedding.weight [3, 32]", "prompt_encoder.transform.0.weight [32, 32]",
                "prompt_encoder.transform.0.bias [32]", "prompt_encoder.transform.2.weight [128, 32]",
                "prompt_encoder.transform.2.bias [128]",
            ])
    }

    @Test("is refused where PEFT refuses it, with what to do")
    func refusals() throws {
        let golden = try VariantGolden.read()
        let method = PrefixTuning(numVirtualTokens: 2)
        let distilBERT = try golden.model("distilbert sequence-classification")
        let error = try #require(throws: PEFTError.self) {
            try method.attach(to: distilBERT, generator: try RandomGenerator(seed: 1))
        }
        #expect(error.problems.first?.contains("not possible with distilbert") == true)
        #expect(golden.refused.contains { $0.model == "distilbert" && $0.method == "prefix-tuning" })

        let masked = try golden.model("bert masked-language-modelling")
        for method: any FineTuningMethod in [
            method, PromptTuning(numVirtualTokens: 2), PTuning(numVirtualTokens: 2, encoderHiddenSize: 4),
        ] {
            let error = try #require(throws: PEFTError.self) {
                try method.attach(to: masked, generator: try RandomGenerator(seed: 1))
            }
            #expect(error.problems.first?.contains("PEFT has no `task_type` for it") == true)
        }
        #expect(golden.refused.count { $0.task == .maskedLanguageModelling } == 3)
        #expect(throws: PEFTError.self) {
            try PrefixTuning(numVirtualTokens: 2).attachedToTinyBERT().merge()
        }
    }
}
