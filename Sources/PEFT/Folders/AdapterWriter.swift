import Foundation
import JSONValues
import Models
import Tensors

/// Writes an adapter in PEFT's format: the configuration with sorted keys, and the tensors in float32. A file of ours
/// beside them says which base model they were made for.
struct AdapterWriter {
    let model: any TransformerModel
    let method: any PEFTMethod.Type
    let baseModelName: String?

    /// - Parameters:
    ///   - saved: what `modules_to_save` names.
    ///   - fingerprint: of the base model.
    func write(
        _ tensors: [String: Tensor], configuration: [String: JSONValue], saved: SavedModules,
        fingerprint: BaseFingerprint, to folder: String
    ) throws {
        var json = configuration
        json["peft_type"] = .string(method.peftType)
        json["task_type"] = model.task.peftName.map { .string($0) } ?? .null
        json["inference_mode"] = true
        json["base_model_name_or_path"] = baseModelName.map { .string($0) } ?? .null
        json["modules_to_save"] = saved.names.isEmpty ? .null : .array(saved.names.map { .string($0) })
        try Safetensors.write(
            tensors.mapValues { try $0.detached().to(.float32).contiguous() }, metadata: ["format": "pt"],
            to: AdapterFolder.path("adapter_model.safetensors", in: folder))
        try fingerprint.write(to: folder)
        try Data(JSONValue.object(json).pretty.utf8)
            .write(to: URL(filePath: AdapterFolder.path("adapter_config.json", in: folder)), options: .atomic)
    }
}
