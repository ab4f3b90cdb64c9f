import Foundation
import JSONValues
import Models
import Tensors

/// config.json of each architecture, beside weights that fit the configuration as it was.
enum ConfigurationTarget {
    private static let file = "config.json"
    private static let task = "task"

    static func make() throws -> FuzzTarget {
        // The tensors are too small to share the work.
        try LibTorch.setThreadCount(1)
        return FuzzTarget(
            name: "configuration", seeds: try seeds(), damagedFiles: [file], structure: JSONMutation(),
            growth: (256, 64 << 20),
            read: { input, folder in
                let task = ModelTask(rawValue: String(decoding: input[task] ?? [], as: UTF8.self))
                let options = ModelOptions(
                    task: task ?? .sequenceClassification, generator: try RandomGenerator(seed: 1))
                _ = try ModelArchitectures.load(folder: folder, options: options)
            }, isOwnError: { $0 is ModelError || $0 is SafetensorsError })
    }

    /// The models that the tests of `Models` compare, whose weights are told by name and shape.
    private static func seeds() throws -> [FuzzInput] {
        let golden = try OrderedJSONValue(parsing: try Goldens.bytes("ModelsTests/Golden/models.json"))
        var seeds: [FuzzInput] = []
        for example in golden["cases"].arrayValue ?? [] {
            var configuration: [UInt8] = []
            JSONTree(example["config"]).write(to: &configuration)
            var arrays: [String: SafetensorsArray] = [:]
            for weight in example["weights"].arrayValue ?? [] {
                let shape = weight["shape"].arrayValue?.compactMap(\.intValue) ?? []
                arrays[weight["name"].stringValue ?? ""] = SafetensorsArray(
                    dtype: .float32, shape: shape, bytes: Array(repeating: 0, count: shape.reduce(4, *)))
            }
            let path = FileManager.default.temporaryDirectory.appending(component: "peft-fuzz-\(getpid()).safetensors")
                .path
            try Safetensors.write(arrays: arrays, to: path)
            seeds.append([
                file: configuration, "model.safetensors": [UInt8](try Data(contentsOf: URL(filePath: path))),
                task: Array((example["task"].stringValue ?? "").utf8),
            ])
            try FileManager.default.removeItem(atPath: path)
        }
        return seeds
    }
}
