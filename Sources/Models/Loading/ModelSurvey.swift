import JSONValues
import Tensors

/// What config.json says of a model, without its weights.
package struct ModelSurvey: Sendable {
    package var modelType: String
    package var tasks: [ModelTask] = []
    package var dimensions: ModelDimensions?
    package var labels: [String] = []
    /// What of it is not supported, each in one sentence.
    package var problems: [String] = []
}

extension ModelArchitectures {
    /// - Throws: ``ModelError`` if there is no readable config.json.
    package static func survey(folder: String) throws -> ModelSurvey {
        let path = ModelFolder.configurationPath(in: folder)
        let json = try ConfigurationReader.json(at: path, help: ModelFolder.help)
        let modelType = json["model_type"].stringValue ?? ""
        guard let architecture = all.first(where: { $0.modelTypes.contains(modelType) }) else {
            return ModelSurvey(
                modelType: modelType,
                problems: ["`model_type` `\(modelType)` is not built in; known: \(modelTypes.joined(separator: ", "))"])
        }
        do {
            return try architecture.survey(folder: folder)
        } catch let error as ModelError {
            return ModelSurvey(modelType: modelType, problems: error.problems)
        }
    }
}

extension DescribedArchitecture {
    static func survey(folder: String) throws -> ModelSurvey {
        var reader = try ConfigurationReader(path: ModelFolder.configurationPath(in: folder), help: ModelFolder.help)
        let description = describe(&reader)
        reader.ignoreProvenance()
        try reader.finish(help: "")
        return ModelSurvey(
            modelType: description.modelType, tasks: ModelTask.allCases.filter { description.heads[$0] != nil },
            dimensions: description.dimensions, labels: description.labels ?? [])
    }
}

extension T5 {
    /// An encoder and a decoder.
    static func layerLayout(folder: String) -> LayerLayout? { nil }

    static func survey(folder: String) throws -> ModelSurvey {
        let configuration = try T5Configuration(folder: folder)
        return ModelSurvey(
            modelType: modelTypes[0], tasks: [.sequenceToSequence], dimensions: configuration.dimensions)
    }
}
