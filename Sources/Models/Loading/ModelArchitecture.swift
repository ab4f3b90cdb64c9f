import JSONValues

/// A family of models that share code, as `model_type` in config.json names it.
///
/// An architecture is a type that conforms, in a file or folder of its own, and an entry in ``ModelArchitectures/all``.
package protocol ModelArchitecture {
    /// The value of `model_type`: `bert`.
    static var modelType: String { get }

    /// - Throws: ``ModelError`` with everything that is wrong with the folder.
    static func loadSequenceClassifier(folder: String, options: ModelOptions) throws -> LoadedClassifier
}

/// The architectures that there are.
package enum ModelArchitectures {
    static var all: [any ModelArchitecture.Type] { [BERT.self] }

    /// Reads a model folder, `config.json` and `model.safetensors` (or its shards), for classifying sequences.
    ///
    /// - Throws: ``ModelError`` if the architecture is unknown, or anything in the folder is not understood or missing;
    ///   `SafetensorsError` for a damaged file.
    package static func loadSequenceClassifier(folder: String, options: ModelOptions) throws -> LoadedClassifier {
        let path = ModelFolder.configurationPath(in: folder)
        let json = try ConfigurationReader.json(at: path, help: ModelFolder.help)
        let known = all.map { $0.modelType }
        guard let modelType = json["model_type"].stringValue else {
            throw ModelError(path: path, ["`model_type` is missing"], help: "known: \(known.joined(separator: ", "))")
        }
        guard let architecture = all.first(where: { $0.modelType == modelType }) else {
            throw ModelError(
                path: path, ["`model_type` is `\(modelType)`, an architecture that is not built in"],
                help: "known: \(known.joined(separator: ", "))")
        }
        return try architecture.loadSequenceClassifier(folder: folder, options: options)
    }
}
