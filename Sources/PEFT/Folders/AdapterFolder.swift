import Foundation
import JSONValues
package import Models
import Tensors

/// Adapters on disk, in PEFT's format.
package enum AdapterFolder {
    static var methods: [any PEFTMethod.Type] {
        [LoRA.self, AdaLoRA.self, VeRA.self, IA3.self, PrefixTuning.self, PromptTuning.self, PTuning.self]
    }

    /// Reads an adapter, ours, one that PEFT made, or LoRA of MLX, onto its base model.
    ///
    /// PEFT itself only warns about a tensor that is missing, and then computes as if there were no adapter. Here every
    /// tensor is accounted for.
    ///
    /// - Parameters:
    ///   - baseModelName: what the caller knows of where the base model is from. An adapter that names another model
    ///     is refused; nil takes any name.
    ///   - isTrainable: whether it is trained further.
    /// - Throws: ``ModelError`` with every key that is not understood, or every tensor that is missing, unexpected or
    ///   of another shape; ``PEFTError`` if the method doesn't fit the model, or the adapter was made for another;
    ///   `SafetensorsError` for a damaged file.
    package static func load(
        _ folder: String, onto model: any TransformerModel, baseModelName: String? = nil, isTrainable: Bool = false
    ) throws -> any TunedModel {
        if MLXAdapter.isOne(folder) {
            return try MLXAdapter(folder).attach(to: model, baseModelName: baseModelName, isTrainable: isTrainable)
        }
        let (method, header) = try read(folder)
        try header.check(model)
        let path = path("adapter_model.safetensors", in: folder)
        guard FileManager.default.fileExists(atPath: path) else {
            throw PEFTError(
                ["\(folder) has no adapter_model.safetensors"],
                help: Pickle.remedy(in: folder) ?? "an adapter is a folder as PEFT's save_pretrained writes it")
        }
        let tensors = WeightReader(
            path: path, source: try SafetensorsFile(path), device: model.device)
        let check = BaseCheck(folder: folder, header: header, model: model, baseModelName: baseModelName)
        let tuned = try method.attach(
            to: model,
            from: AdapterSource(folder: folder, header: header, tensors: tensors, isTrainable: isTrainable))
        let name = header.baseModelName.map { " `\($0)`" } ?? ""
        let dimensions = model.dimensions
        try tensors.finish(
            help: "the adapter and its configuration must belong together, and be made for this base model: the "
                + "adapter's is\(name.isEmpty ? " not named" : name), this is a `\(model.modelType)` of "
                + "\(dimensions.layerCount) layers, \(dimensions.hiddenSize) wide")
        try check.check(BaseFingerprint.read(in: folder)) { try tuned.baseFingerprint() }
        return tuned
    }

    /// The method that an adapter was made with.
    package static func readMethod(_ folder: String) throws -> any PEFTMethod { try read(folder).method }

    /// The task that an adapter was trained for; nil where it doesn't tell.
    package static func task(in folder: String) throws -> ModelTask? {
        if MLXAdapter.isOne(folder) { return .causalLanguageModelling }
        let type = try read(folder).header.taskType
        return ModelTask.allCases.first { $0.peftName != nil && $0.peftName == type }
    }

    private static func read(_ folder: String) throws -> (method: any PEFTMethod, header: AdapterHeader) {
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
        let header = AdapterHeader(from: &reader)
        let method = type.init(from: &reader)
        reader.ignoreUnset()
        try reader.finish(help: "an adapter is only loaded if everything that its configuration says is understood")
        return (method, header)
    }

    static func path(_ name: String, in folder: String) -> String {
        URL(filePath: folder).appending(component: name).path
    }
}

extension TunedModel {
    /// What tells the base model from another, in the type and the bits that it was loaded in, without what is trained.
    package func baseDigest() throws -> String {
        try baseFingerprint().digest + (base.quantization.map { "-\($0.rawValue)" } ?? "")
    }

    /// The fingerprint of the base model, without what is not as in its own files.
    func baseFingerprint() throws -> BaseFingerprint {
        let changed = Set(changedParameters.map(\.name))
        return try BaseFingerprint(of: base) { changed.contains($0.name) }
    }
}

extension ConfigurationReader {
    /// Passes over keys that switch nothing on: newer versions of PEFT write all that they know.
    mutating func ignoreUnset() {
        let unset: [JSONValue] = [nil, false, [:], []]
        ignore(Set(keys.filter { unset.contains(json[$0]) }))
    }
}
