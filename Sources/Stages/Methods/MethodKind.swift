import Foundation
import JSONValues
import Models
import PEFT
import StageInterface

/// A stage kind that gives a `method` artifact, and knows how to read it again.
///
/// The artifact is the stage's own parameters, so that the declaration of the stage is also that of the file.
protocol MethodKind: StageKind {
    /// The method that the parameters stand for, on a model of the given sizes.
    static func method(_ parameters: ParameterValues, for dimensions: ModelDimensions) throws -> any FineTuningMethod
}

/// The methods that there are, and the layout of their artifact.
enum Methods {
    static let all: [any MethodKind.Type] = [
        LoRAStage.self, AdaLoRAStage.self, VeRAStage.self, IA3Stage.self, BitFitStage.self, PrefixTuningStage.self,
        PromptTuningStage.self, PTuningStage.self, HeadStage.self, FullStage.self,
    ]

    private static let name = "method.json"

    /// Writes a method's parameters.
    static func write(_ kind: any MethodKind.Type, _ parameters: JSONValue, to folder: String) throws {
        let object: JSONValue = ["method": .string(kind.declaration.kind), "parameters": parameters]
        try ArtifactFile.write((object.pretty + "\n").utf8, name, in: folder)
    }

    /// The method of an artifact, as its parameters stand there.
    static func read(in folder: String) throws -> (kind: any MethodKind.Type, parameters: ParameterValues) {
        let object = try ArtifactFile.json(Self.name, in: folder)
        let name = object["method"].stringValue ?? ""
        guard let kind = all.first(where: { $0.declaration.kind == name }) else {
            throw StageFailure("the artifact in \(folder) is of a method `\(name)` that this program does not know")
        }
        return (kind, ParameterValues(object["parameters"]))
    }
}
