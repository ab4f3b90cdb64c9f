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
    ///   - labels: empty where the task has no classes.
    static func write(
        configuration: JSONValue, architecture: String, labels: [String], problemType: ProblemType?,
        parameters: [Parameter], to folder: String
    ) throws {
        var json = configuration
        json["architectures"] = [.string(architecture)]
        if !labels.isEmpty {
            json["id2label"] = .object(
                Dictionary(uniqueKeysWithValues: labels.enumerated().map { (String($0.offset), .string($0.element)) }))
            json["label2id"] = .object(
                Dictionary(uniqueKeysWithValues: labels.enumerated().map { ($0.element, .int($0.offset)) }))
        }
        if let problemType { json["problem_type"] = .string(problemType.rawValue) }
        for key in ["dtype", "torch_dtype"] where !json[key].isNull { json[key] = "float32" }
        if var members = json.objectValue {
            // The first is a path of another machine, the second contradicts id2label when it is stale.
            members["_name_or_path"] = nil
            if !labels.isEmpty { members["num_labels"] = nil }
            json = .object(members)
        }

        var tensors: [String: Tensor] = [:]
        for parameter in parameters { tensors[parameter.name] = try parameter.fileValue.to(.float32) }
        let url = URL(filePath: folder)
        try Safetensors.write(
            tensors, metadata: ["format": "pt"], to: url.appending(component: "model.safetensors").path)
        try Data((try json.pretty + "\n").utf8).write(
            to: URL(filePath: configurationPath(in: folder)), options: .atomic)
    }
}
