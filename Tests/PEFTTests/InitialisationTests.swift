import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

/// LoRA that begins with a part of the weights, as PEFT does it: `Golden/initialisations.json`.
struct InitialisationGolden: Decodable, Sendable, CustomTestStringConvertible {
    let base: String
    /// What differs from LoraConfig's defaults.
    let settings: JSONValue
    let targets: [String]
    /// Of each changed weight, the sum of elements weighted by their places, and the norm.
    let residual: [String: [Double]]
    /// By row, with the factors scaled.
    let logits: [[Float]]
    /// The configuration of what PEFT converts to a plain LoRA.
    let converted: JSONValue

    var testDescription: String { "\(base) \((try? settings.canonical) ?? "")" }

    static func read() throws -> [InitialisationGolden] {
        let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/initialisations.json")
        return try JSONDecoder().decode([InitialisationGolden].self, from: try Data(contentsOf: url))
    }

    var method: LoRA {
        var method = LoRA(
            r: settings["r"].intValue ?? 0, loraAlpha: settings["lora_alpha"].doubleValue ?? 0,
            targetModules: .names(targets), useRSLoRA: settings["use_rslora"].boolValue ?? false)
        method.rankPattern = ModulePatterns(settings["rank_pattern"].objectValue?.compactMapValues(\.intValue) ?? [:])
        method.alphaPattern = ModulePatterns(
            settings["alpha_pattern"].objectValue?.compactMapValues(\.doubleValue) ?? [:])
        method.initLoRAWeights = settings["init_lora_weights"] == "pissa" ? .pissa : .olora
        return method
    }
}

@Suite("LoRA that begins with a part of the weights")
struct InitialisationTests {
    @Test("is PEFT's, and is saved for the base model as it was", arguments: try InitialisationGolden.read())
    func reference(_ example: InitialisationGolden) throws {
        let golden = try VariantGolden.read()
        let input = try golden.input(usesTypes: golden.bases[example.base]?.uses_types == true)
        let model = try golden.model(example.base)
        let plain = try model.logits(for: input, mode: .inference).floats()
        let tuned = try example.method.attach(to: model, generator: try RandomGenerator(seed: 1))
        #expect(difference(try tuned.logits(input), plain) < 2e-5)
        for parameter in model.parameters {
            guard let expected = example.residual[parameter.name] else { continue }
            let values = try parameter.value.doubles()
            let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
            let weighted = values.enumerated()
                .reduce(0) { $0 + $1.element * Double($1.offset + 1) / Double(values.count) }
            #expect(abs(norm - expected[1]) < 1e-4 * expected[1], "\(parameter.name)")
            #expect(abs(weighted - expected[0]) < 1e-4 * expected[1], "\(parameter.name)")
        }

        try scale(tuned)
        let trained = try golden.rows(tuned.logits(for: input, mode: .inference), of: tuned)
        #expect(relativeDifference(trained, example.logits) < 2e-5)
        try withTemporaryFolder { folder in
            try tuned.save(to: folder.path, baseModelName: "base")
            let written = try JSONValue(parsing: Data(contentsOf: folder.appending(path: "adapter_config.json")))
            for key in ["r", "use_rslora"] where !written[key].isNull {
                #expect(written[key] == example.converted[key], "\(key)")
            }
            #expect(written["lora_alpha"].doubleValue == example.converted["lora_alpha"].doubleValue)
            #expect(written["init_lora_weights"].isNull)
            for key in ["rank_pattern", "alpha_pattern"] where example.converted[key] != [:] {
                #expect(written[key] == example.converted[key], "\(key)")
            }
            // The base model as it was, whose digest the folder has.
            let read = try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
            let again = try golden.rows(read.logits(for: input, mode: .inference), of: read)
            #expect(relativeDifference(again, example.logits) < 2e-5)
        }
        try tuned.merge()
        let merged = try golden.rows(tuned.base.logits(for: input, mode: .inference), of: tuned)
        #expect(relativeDifference(merged, example.logits) < 2e-5)
    }

    /// Scales ranks, as the script does in the place of training.
    private func scale(_ tuned: any TunedModel) throws {
        try withoutGradients {
            for parameter in tuned.trainableParameters {
                let isA = parameter.name.hasSuffix("lora_A.weight")
                guard isA || parameter.name.hasSuffix("lora_B.weight") else { continue }
                let r = parameter.shape[isA ? 0 : 1]
                let factors = (1...r).map { isA ? Float($0) * 0.25 : Float($0) * 0.5 + 0.5 }
                let column = try Tensor(factors, shape: isA ? [r, 1] : [1, r])
                try parameter.value.copy_(from: try parameter.value.detached() * column)
            }
        }
    }

    @Test("is refused for tables, with DoRA, and for ranks that a weight doesn't have, all at once")
    func refusals() throws {
        var method = LoRA(
            r: 33, targetModules: .names(["layer.0.attention.self.query", "word_embeddings"]), useDoRA: true)
        method.initLoRAWeights = .pissa
        let error = try #require(throws: PEFTError.self) { try method.attachedToTinyBERT() }
        #expect(
            error.problems == [
                "init_lora_weights pissa is not defined together with use_dora",
                "init_lora_weights pissa with rank 33: `bert.encoder.layer.0.attention.self.query` has a rank of at most 32",
                "init_lora_weights pissa is for linear layers, and `bert.embeddings.word_embeddings` is a table",
            ])
    }
}
