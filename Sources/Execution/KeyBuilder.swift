import Diagnostics
import Foundation
import JSONValues
import Pipelines
import StageInterface
import Store
import SystemPackage

/// Makes the components of a stage's key from what the stage reads.
struct KeyBuilder: Sendable {
    let store: Store
    let numerics: NumericsClass

    /// - Parameter inputs: the digest of each connected artifact that is known.
    /// - Throws: ``UnreadableInput``.
    func components(of stage: Stage, inputs: [String: ContentDigest]) throws -> KeyComponents {
        let read = stage.declaration.parameters.filter(\.isInKey)
        let names = Set(read.map(\.name))
        let values = stage.values.filter { names.contains($0.key) }
        let parameters = try read.mappingPaths(in: values) { type, spelled in
            do {
                return try content(of: stage.inputPath(spelled), type)
            } catch let error as StoreError {
                throw UnreadableInput(stage, spelled, error)
            }
        }
        return KeyComponents(
            stage.declaration, parameters: parameters, inputs: inputs.mapValues(\.hexadecimal),
            numerics: stage.declaration.compute == .tensors ? numerics : nil)
    }

    /// What enters the key in the place of a path: digests of content, and the file name extension where the stage
    /// goes by it.
    private func content(of input: InputPath, _ type: ParameterType) throws -> JSONValue {
        let path = FilePath(input.path)
        switch type {
        case .folder(let reading):
            var files: JSONValue = [:]
            for name in reading where FileManager.default.fileExists(atPath: path.appending(name).string) {
                files[name] = try content(of: path.appending(name))
            }
            return files
        case .file(let use):
            var file = try content(of: path)
            if use.readsExtension { file["extension"] = path.extension.map(JSONValue.string) ?? .null }
            return file
        default: return .string(input.spelled)
        }
    }

    private func content(of file: FilePath) throws -> JSONValue {
        [JSONValue.contentKey: .string(try store.digest(of: file).hexadecimal)]
    }
}

/// A file that a parameter names cannot be read.
struct UnreadableInput: Error {
    let stage: Stage
    /// Where the parameter stands, from the top of `with:`.
    let parameter: [String]
    let error: StoreError

    fileprivate init(_ stage: Stage, _ spelled: String, _ error: StoreError) {
        self.stage = stage
        parameter = stage.files.first { $0.path.spelled == spelled }?.parameter ?? []
        self.error = error
    }

    var problem: StageProblem {
        StageProblem(.error, error.message, help: error.help, place: .parameter(parameter))
    }

    /// For who can't show a place.
    var placed: StoreError {
        let line = stage.location(ofParameter: parameter).pathAndLine
        return StoreError(error.kind, "stage `\(stage.name)` (\(line)): \(error.message)", help: error.help)
    }
}
