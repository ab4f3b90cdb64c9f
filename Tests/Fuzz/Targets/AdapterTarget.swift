import Foundation
import Models
import PEFT
import Tensors

/// Adapter folders, onto the tests' tiny BERT.
enum AdapterTarget {
    static func make() throws -> FuzzTarget {
        // The tensors are too small to share the work.
        try LibTorch.setThreadCount(1)
        let golden = "PEFTTests/Golden"
        let files = ["adapter_config.json", "adapter_model.safetensors", "prompt_encoder.safetensors"]
        let seeds = try Goldens.names(in: golden, suffix: "").map { name in
            Dictionary(
                uniqueKeysWithValues: files.compactMap { file in
                    (try? Goldens.bytes("\(golden)/\(name)/\(file)")).map { (file, $0) }
                })
        }.filter { $0["adapter_config.json"] != nil }
        return FuzzTarget(
            name: "adapter", seeds: seeds, damagedFiles: files, structure: AdapterMutation(), growth: (256, 64 << 20),
            read: { _, folder in
                // Before the base model is read anew, which takes longer than all else.
                _ = try AdapterFolder.readMethod(folder)
                let model = Goldens.tests.appending(path: "TestSupport/TinyBERT").path
                let options = ModelOptions(generator: try RandomGenerator(seed: 1))
                let base = try ModelArchitectures.load(folder: model, options: options).model
                _ = try AdapterFolder.load(folder, onto: base, isTrainable: true)
            }, isOwnError: { $0 is ModelError || $0 is PEFTError || $0 is SafetensorsError })
    }
}

/// Damages a configuration as JSON, and tensors by their header.
private struct AdapterMutation: StructuralMutation {
    func mutated(_ bytes: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        bytes.first == UInt8(ascii: "{")
            ? JSONMutation().mutated(bytes, &random) : SafetensorsMutation().mutated(bytes, &random)
    }
}
