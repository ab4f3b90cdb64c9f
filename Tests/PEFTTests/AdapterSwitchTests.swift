import Foundation
import Models
import PEFT
import TestSupport
import Tensors
import Testing

@Suite("Adapters that are switched between")
struct AdapterSwitchTests {
    /// Every place in which a method may leave something.
    private static let methods: [(name: String, method: any FineTuningMethod)] = {
        var saving = LoRA(r: 2, targetModules: .names(["value"]))
        saving.modulesToSave = ["intermediate.dense"]
        return [
            ("lora", LoRA(r: 3, targetModules: .names(["query", "value"]))),
            ("dora", LoRA(r: 2, targetModules: .names(["query", "word_embeddings"]), useDoRA: true, bias: .all)),
            ("saving", saving), ("bitfit", BitFit()), ("head", HeadOnly()),
            ("ia3", IA3(targetModules: .names(["key", "output.dense"]), feedforwardModules: .names(["output.dense"]))),
            ("prompt", PromptTuning(numVirtualTokens: 3, promptTuningInit: .sampleVocabulary)),
            ("prefix", PrefixTuning(numVirtualTokens: 2)),
        ]
    }()

    private static func model(
        _ quantization: Quantization? = nil, labels: [String]? = nil, layersOf other: (any TransformerModel)? = nil
    ) throws -> any TransformerModel {
        try LibTorch.setThreadCount(1)
        let options = ModelOptions(
            labels: labels, quantization: quantization, generator: try RandomGenerator(seed: 1))
        return try ModelArchitectures.load(folder: TinyBERT.folder, options: options, layersOf: other).model
    }

    /// Calls a body with the folder of an adapter of each method, as after training.
    private static func withAdapters(_ body: ([String: String]) throws -> Void) throws {
        try withTemporaryFolder { folder in
            var folders: [String: String] = [:]
            for (index, (name, method)) in methods.enumerated() {
                let tuned = try method.attach(to: try model(), generator: try RandomGenerator(seed: 1))
                try tuned.scramble(seed: UInt64(index))
                let place = folder.appending(path: name)
                try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
                try tuned.save(to: place.path, baseModelName: nil)
                folders[name] = place.path
            }
            try body(folders)
        }
    }

    @Test("compute what each does alone, to the bit, in any order, and leave the base as it was")
    func alone() throws {
        let input = try AdapterGolden.read().input()
        try Self.withAdapters { folders in
            for quantization in [nil, Quantization.nf4] {
                let base = try Self.model(quantization)
                let plain = try base.logits(for: input, mode: .inference).floats()
                let adapters = AdapterSwitch()
                var expected: [String: [Float]] = [:]
                for (name, folder) in folders.sorted(by: { $0.key < $1.key }) {
                    try adapters.add(name, to: base) { try AdapterFolder.load(folder, onto: $0) }
                    expected[name] = try AdapterFolder.load(folder, onto: Self.model(quantization)).logits(input)
                }
                #expect(adapters.names == folders.keys.sorted())
                #expect(Set(expected.values).count == folders.count)
                for name in adapters.names + adapters.names.reversed() + ["saving", "lora", "saving", "dora"] {
                    #expect(try adapters.select(name)?.logits(input) == expected[name], "\(name)")
                }
                adapters.turnOff()
                #expect(try base.logits(for: input, mode: .inference).floats() == plain)
                #expect(base.quantization == quantization)
                #expect(adapters.select("nobody") == nil)
            }
        }
    }

    @Test("share layers under heads of other classes")
    func heads() throws {
        let input = try AdapterGolden.read().input()
        let labels = ["a", "b"]
        let base = try Self.model()
        let other = try Self.model(labels: labels, layersOf: base)
        #expect(other.labels == labels)
        #expect(zip(base.linears, other.linears).filter { $0 === $1 }.count == 12)
        #expect(base.wordEmbeddings === other.wordEmbeddings)
        let method = LoRA(r: 2, targetModules: .names(["query"]))
        try withTemporaryFolder { folder in
            let tuned = try method.attach(to: Self.model(labels: labels), generator: try RandomGenerator(seed: 1))
            try tuned.scramble()
            try tuned.save(to: folder.path, baseModelName: nil)
            let alone = try AdapterFolder.load(folder.path, onto: Self.model(labels: labels)).logits(input)
            try Self.withAdapters { folders in
                let adapters = AdapterSwitch()
                try adapters.add("three", to: base) { try AdapterFolder.load(folders["lora"] ?? "", onto: $0) }
                try adapters.add("two", to: other) { try AdapterFolder.load(folder.path, onto: $0) }
                let three = try adapters.select("three")?.logits(input)
                #expect(try adapters.select("two")?.logits(input) == alone)
                #expect(try adapters.select("three")?.logits(input) == three)
            }
        }
    }

    @Test("are refused where the base is another, and layers where the model is")
    func refusal() throws {
        try Self.withAdapters { folders in
            let base = try Self.model()
            let weight = try #require(base.linears.first).weight
            weight.value = try weight.value + 0.001
            #expect(throws: PEFTError.self) {
                try AdapterSwitch().add("lora", to: base) { try AdapterFolder.load(folders["lora"] ?? "", onto: $0) }
            }
        }
        let other = try VariantGolden.read().model("llama sequence-classification")
        let error = try #require(throws: ModelError.self) { try Self.model(layersOf: other) }
        #expect(error.problems == ["is another model than the one whose layers it is to have"])
    }
}
