import Foundation
import JSONValues
package import Models
import Tensors

/// Adapters on disk, in PEFT's format.
package enum AdapterFolder {
    static var methods: [any PEFTMethod.Type] { [LoRA.self, PromptTuning.self, PTuning.self] }

    /// Reads an adapter, ours or one that PEFT made, onto its base model.
    ///
    /// PEFT itself only warns about a tensor that is missing, and then computes as if there were no adapter. Here every
    /// tensor is accounted for.
    ///
    /// - Parameter isTrainable: whether it is trained further.
    /// - Throws: ``ModelError`` with every key that is not understood, or every tensor that is missing, unexpected or
    ///   of another shape; ``PEFTError`` if the method doesn't fit the model; `SafetensorsError` for a damaged file.
    package static func load(
        _ folder: String, onto model: any TransformerModel, isTrainable: Bool = false
    ) throws -> any TunedModel {
        let method = try readMethod(folder)
        let path = path("adapter_model.safetensors", in: folder)
        let tensors = WeightReader(
            path: path, source: try SafetensorsFile(path), device: model.device)
        let tuned = try method.attach(to: model, from: tensors, folder: folder, isTrainable: isTrainable)
        try tensors.finish(
            help: "the adapter and its configuration must belong together, and be made for this base model")
        return tuned
    }

    /// The method that an adapter was made with.
    package static func readMethod(_ folder: String) throws -> any PEFTMethod {
        let path = path("adapter_config.json", in: folder)
        var reader = try ConfigurationReader(
            path: path, help: "an adapter is a folder with adapter_config.json and adapter_model.safetensors")
        let known = methods.map { $0.peftType }
        guard let peftType = reader.string("peft_type") else {
            throw ModelError(path: path, ["`peft_type` is missing"], help: "known: \(known.joined(separator: ", "))")
        }
        guard let type = methods.first(where: { $0.peftType == peftType }) else {
            throw ModelError(
                path: path, ["`peft_type` is `\(peftType)`, a method that is not built in"],
                help: "known: \(known.joined(separator: ", "))")
        }
        reader.expect("task_type", toBe: "SEQ_CLS", because: "only adapters for classifying sequences are supported")
        reader.ignore(provenanceKeys)
        let method = type.init(from: &reader)
        reader.ignoreUnset()
        try reader.finish(help: "an adapter is only loaded if everything that its configuration says is understood")
        return method
    }

    /// Writes an adapter: the configuration with sorted keys, and the tensors in float32.
    static func write(
        _ tensors: [String: Tensor], configuration: [String: JSONValue], method: any PEFTMethod.Type,
        model: any TransformerModel, baseModelName: String?, to folder: String
    ) throws {
        var json = configuration
        json["peft_type"] = .string(method.peftType)
        json["task_type"] = "SEQ_CLS"
        json["inference_mode"] = true
        json["base_model_name_or_path"] = baseModelName.map { .string($0) } ?? .null
        json["modules_to_save"] = .array(model.head.map { .string($0.name) })
        try Safetensors.write(
            tensors.mapValues { try $0.detached().to(.float32) }, metadata: ["format": "pt"],
            to: path("adapter_model.safetensors", in: folder))
        try Data(JSONValue.object(json).pretty.utf8)
            .write(to: URL(filePath: path("adapter_config.json", in: folder)), options: .atomic)
    }

    static func path(_ name: String, in folder: String) -> String {
        URL(filePath: folder).appending(component: name).path
    }

    /// Keys that say where an adapter comes from, not what it computes. The head that `modules_to_save` names is known
    /// from the model, and its tensors are accounted for.
    private static let provenanceKeys: Set<String> = [
        "auto_mapping", "base_model_name_or_path", "inference_mode", "modules_to_save", "peft_version", "revision",
    ]
}

extension ConfigurationReader {
    /// Passes over keys that switch nothing on: newer versions of PEFT write all that they know.
    fileprivate mutating func ignoreUnset() {
        let unset: [JSONValue] = [nil, false, [:], []]
        ignore(Set(keys.filter { unset.contains(json[$0]) }))
    }
}
