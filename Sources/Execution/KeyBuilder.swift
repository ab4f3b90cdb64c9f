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
    /// - Throws: `StoreError` for a file that cannot be read.
    func components(of stage: Stage, inputs: [String: ContentDigest]) throws -> KeyComponents {
        let parameters = try stage.declaration.parameters.mappingPaths(in: stage.values) { type, spelled in
            try content(of: stage.inputPath(spelled), type)
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
                files[name] = ["sha256": .string(try store.digest(of: path.appending(name)).hexadecimal)]
            }
            return files
        case .file(let use):
            var file: JSONValue = ["sha256": .string(try store.digest(of: path).hexadecimal)]
            if use.readsExtension { file["extension"] = path.extension.map(JSONValue.string) ?? .null }
            return file
        default: return .string(input.spelled)
        }
    }
}
