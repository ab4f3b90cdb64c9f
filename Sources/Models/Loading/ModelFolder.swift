import Foundation
import JSONValues
import Tensors

/// A model on disk, as transformers reads and writes it.
enum ModelFolder {
    static let help = "a model is a folder with config.json and model.safetensors"

    static func configurationPath(in folder: String) -> String {
        URL(filePath: folder).appending(component: "config.json").path
    }

    /// Writes `config.json` and `model.safetensors`, in float32.
    ///
    /// - Parameters:
    ///   - configuration: the configuration that the model was read with; what it says of classes is replaced.
    ///   - architecture: the name of the class in transformers.
    static func write(
        configuration: JSONValue, architecture: String, labels: [String], parameters: [Parameter], to folder: String
    ) throws {
        var json = configuration
        json["architectures"] = [.string(architecture)]
        json["id2label"] = .object(
            Dictionary(uniqueKeysWithValues: labels.enumerated().map { (String($0.offset), .string($0.element)) }))
        json["label2id"] = .object(
            Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, .int($0.offset)) }))
        json["problem_type"] = "single_label_classification"
        for key in ["dtype", "torch_dtype"] where !json[key].isNull { json[key] = "float32" }
        if var members = json.objectValue {
            // The first is a path of another machine, the second contradicts id2label when it is stale.
            members["_name_or_path"] = nil
            members["num_labels"] = nil
            json = .object(members)
        }

        var tensors: [String: Tensor] = [:]
        for parameter in parameters { tensors[parameter.name] = try parameter.value.detached().to(.float32) }
        let url = URL(filePath: folder)
        try Safetensors.write(
            tensors, metadata: ["format": "pt"], to: url.appending(component: "model.safetensors").path)
        try Data((try json.pretty + "\n").utf8).write(
            to: URL(filePath: configurationPath(in: folder)), options: .atomic)
    }
}
