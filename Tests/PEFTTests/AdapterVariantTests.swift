import Foundation
import JSONValues
import Models
import PEFT
import Tensors
import TestSupport
import Testing

@Suite("Adapters of every method on every architecture")
struct AdapterVariantTests {
    private let golden = try? VariantGolden.read()

    /// An output layer that is tied to words and trained apart from them is refused: see ``refusals()``.
    private static func isComputed(_ example: AdapterVariant) -> Bool {
        !(example.method == "modules" && example.base.hasPrefix("gemma"))
    }

    private static func canMerge(_ example: AdapterVariant) -> Bool {
        isComputed(example) && ["LORA", "ADALORA", "VERA", "IA3"].contains(example.config["peft_type"].stringValue)
            && !(example.method.hasPrefix("embeddings") && !example.base.hasPrefix("bert")
                && !example.base.hasPrefix("llama"))
    }

    @Test("give PEFT's logits, wherever the padding is", arguments: try VariantGolden.cases(where: isComputed))
    func logits(_ example: AdapterVariant) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let tuned = try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
            let usesTypes = golden.bases[example.base]?.uses_types == true
            for (left, right) in [(0, 0), (0, 2), (3, 0)] {
                let input = try golden.input(usesTypes: usesTypes, left: left, right: right)
                let found = try golden.rows(tuned.logits(for: input, mode: .inference), of: tuned, left: left)
                let difference = relativeDifference(found, example.logits)
                #expect(difference < 2e-5, "\(left) columns of padding on the left, \(right) on the right")
            }
        }
    }

    @Test("are saved with PEFT's tensors and keys", arguments: try VariantGolden.cases(where: isComputed))
    func written(_ example: AdapterVariant) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let tuned = try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
            let saved = folder.appending(path: "saved")
            try FileManager.default.createDirectory(at: saved, withIntermediateDirectories: true)
            try tuned.save(to: saved.path, baseModelName: "base")
            let file = try SafetensorsFile(saved.appending(path: "adapter_model.safetensors").path)
            // With `bias: all`, PEFT writes the head's biases thrice.
            let expected = try HashedWeights.tensors(example.weights).filter { name, _ in
                !name.contains(".modules_to_save.") && !name.contains(".original_module.")
            }
            #expect(file.names.sorted() == expected.keys.sorted())
            for (name, tensor) in expected { #expect(try file.tensor(name).floats() == tensor.floats(), "\(name)") }

            let url = saved.appending(path: "adapter_config.json")
            let written = try #require(try JSONValue(parsing: try Data(contentsOf: url)).objectValue)
            for (key, value) in written {
                let reference = example.config[key]
                if let names = value.arrayValue?.compactMap(\.stringValue), key != "modules_to_save" {
                    #expect(Set(names) == Set(reference.arrayValue?.compactMap(\.stringValue) ?? []), "\(key)")
                } else if key == "modules_to_save" {
                    let known = Set(reference.arrayValue?.compactMap(\.stringValue) ?? [])
                    let names = value.arrayValue?.compactMap(\.stringValue) ?? []
                    #expect(known.union(["pre_classifier"]).isSuperset(of: names))
                } else {
                    #expect(value == reference, "\(key)")
                }
            }
        }
    }

    @Test(
        "merged compute the same, and unmerged leave the base as it was",
        arguments: try VariantGolden.cases(where: canMerge))
    func merge(_ example: AdapterVariant) throws {
        let golden = try #require(golden)
        try example.withFolder { folder in
            let tuned = try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
            let input = try golden.input(usesTypes: golden.bases[example.base]?.uses_types == true)
            let before = try tuned.base.parameters.map { try $0.value.floats() }
            try tuned.merge()
            let merged = try golden.rows(tuned.base.logits(for: input, mode: .inference), of: tuned)
            #expect(relativeDifference(merged, example.logits) < 2e-5)
            #expect(tuned.base.linears.allSatisfy { $0.adapter == nil })
            // Biases are trained where they are.
            let isChanged = try tuned.base.parameters.map { try $0.value.floats() } != before
            #expect(isChanged || example.method == "bitfit")
            try tuned.unmerge()
            for (parameter, before) in zip(tuned.base.parameters, before) {
                #expect(difference(try parameter.value.floats(), before) < 1e-5, "\(parameter.name)")
            }
            let unmerged = try golden.rows(tuned.logits(for: input, mode: .inference), of: tuned)
            #expect(relativeDifference(unmerged, example.logits) < 2e-5)
        }
    }

    @Test("are refused where the base ties what the adapter trains apart")
    func refusals() throws {
        let golden = try #require(golden)
        for example in golden.cases where !Self.isComputed(example) {
            try example.withFolder { folder in
                let error = try #require(throws: PEFTError.self) {
                    try AdapterFolder.load(folder.path, onto: try golden.model(example.base))
                }
                #expect(error.problems.first?.contains("also gives the logits") == true)
            }
        }
    }
}
