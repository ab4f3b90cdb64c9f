import JSONValues
import Tensors

/// A family of models that share code, as `model_type` in config.json names it.
protocol ModelArchitecture {
    /// The values of `model_type`: `bert`.
    static var modelTypes: [String] { get }

    /// - Parameter other: a model of the same folder, whose layers this one has too; nil reads them.
    /// - Throws: ``ModelError`` with everything that is wrong with the folder.
    static func load(
        folder: String, options: ModelOptions, layersOf other: (any TransformerModel)?
    ) throws -> LoadedModel

    /// What config.json says, without the weights.
    static func survey(folder: String) throws -> ModelSurvey

    /// Where the layers stand in the folder's files; nil where they are not one stack.
    static func layerLayout(folder: String) throws -> LayerLayout?
}

/// An architecture that is a description: one file that says what config.json's keys mean.
protocol DescribedArchitecture: ModelArchitecture {
    /// What a configuration describes. The reader collects what is wrong, and every key is read, or ignored because it
    /// changes nothing, or an error.
    static func describe(_ reader: inout ConfigurationReader) -> TransformerDescription

    /// The key of config.json that says how many layers there are.
    static var layerCountKey: String { get }
}

/// The architectures that there are.
package enum ModelArchitectures {
    static var all: [any ModelArchitecture.Type] {
        [
            BERT.self, RoBERTa.self, DistilBERT.self, ELECTRA.self, GPT2.self, GPTNeoX.self, LLaMA.self, Gemma.self,
            Phi3.self, T5.self,
        ]
    }

    /// The values of `model_type` that are built in.
    package static var modelTypes: [String] { all.flatMap { $0.modelTypes }.sorted() }

    /// The task that a folder's model was saved for, `architectures` in config.json; nil where it doesn't tell.
    ///
    /// - Throws: ``ModelError`` if there is no config.json.
    package static func task(in folder: String) throws -> ModelTask? {
        let json = try ConfigurationReader.json(
            at: ModelFolder.configurationPath(in: folder), help: ModelFolder.help)
        return json["architectures"].arrayValue?.first?.stringValue.flatMap(ModelTask.init(transformersClass:))
    }

    /// Reads a model folder, `config.json` and `model.safetensors` (or its shards), for a task.
    ///
    /// - Parameter other: a model that was read from the folder before, in the same type and bits, whose layers and
    ///   embeddings this one has too: only the head is read. Nil reads all.
    /// - Throws: ``ModelError`` if the architecture is unknown or has no such task, or anything in the folder is not
    ///   understood or missing; `SafetensorsError` for a damaged file.
    package static func load(
        folder: String, options: ModelOptions, layersOf other: (any TransformerModel)? = nil
    ) throws -> LoadedModel {
        let architecture = try architecture(of: folder)
        guard options.quantization == nil || options.device == .cpu else {
            throw ModelError(
                path: folder,
                ["weights in few bits are computed with on the CPU, and the model would be on \(options.device)"],
                help: "run with `--device cpu`, or write `quantization: none`")
        }
        return try architecture.load(folder: folder, options: options, layersOf: other)
    }

    /// The architecture that a folder's config.json names.
    ///
    /// - Throws: ``ModelError`` if it names none that is known.
    static func architecture(of folder: String) throws -> any ModelArchitecture.Type {
        let path = ModelFolder.configurationPath(in: folder)
        let json = try ConfigurationReader.json(at: path, help: ModelFolder.help)
        let known = "known: \(modelTypes.joined(separator: ", "))"
        guard let modelType = json["model_type"].stringValue else {
            throw ModelError(path: path, ["`model_type` is missing"], help: known)
        }
        guard let architecture = all.first(where: { $0.modelTypes.contains(modelType) }) else {
            throw ModelError(
                path: path, ["`model_type` is `\(modelType)`, an architecture that is not built in"], help: known)
        }
        return architecture
    }
}
