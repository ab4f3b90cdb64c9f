import Diagnostics
import Foundation
import JSONValues
import Pipelines
import StageInterface
import Store
import SystemPackage
import Threading

/// Makes the components of a stage's key from what the stage reads.
struct KeyBuilder: Sendable {
    let store: Store
    let numerics: NumericsClass

    /// - Parameter outputs: the digest of each artifact that is known, by the stage that gave it.
    /// - Throws: ``UnreadableInput``.
    func components(of stage: Stage, outputs: [String: ContentDigest]) throws -> KeyComponents {
        let read = stage.declaration.parameters.filter { $0.isInKey(with: stage.values[$0.name] ?? .null) }
        let names = Set(read.map(\.name))
        let values = stage.values.filter { names.contains($0.key) }
        let digests = digestsOfMany(of: stage)
        let parameters = try read.mappingPaths(in: values) { type, spelled in
            do {
                if let supplied = stage.supplied(spelledAs: spelled) {
                    return try content(of: supplied, type, outputs[supplied.stage])
                }
                let input = stage.inputPath(spelled)
                return try content(of: input, type, known: digests[input.path])
            } catch let error as StoreError {
                throw UnreadableInput(stage, spelled, error)
            }
        }
        return KeyComponents(
            stage.declaration, parameters: parameters, inputs: inputs(of: stage, outputs),
            numerics: stage.declaration.compute == .tensors ? numerics : nil)
    }

    /// The digest of an artifact by its input; for an input that gathers, also where each comes from, which is what the
    /// stage sees of it.
    private func inputs(of stage: Stage, _ outputs: [String: ContentDigest]) -> JSONValue {
        var inputs: [String: JSONValue] = [:]
        var gathered: [String: [String: JSONValue]] = [:]
        for input in stage.inputs {
            guard let digest = outputs[input.stage]?.hexadecimal else { continue }
            if let source = input.source {
                gathered[input.name, default: [:]][input.stage] = [
                    KeyComponents.digestKey: .string(digest), "axes": .object(source.axes),
                ]
            } else {
                inputs[input.name] = .string(digest)
            }
        }
        return .object(inputs.merging(gathered.mapValues(JSONValue.object)) { _, gathered in gathered })
    }

    /// What enters the key in the place of a path: digests of content, and the file name extension where the stage
    /// goes by it.
    ///
    /// - Parameter known: the file's digest, where it is known already.
    private func content(of input: InputPath, _ type: ParameterType, known: ContentDigest?) throws -> JSONValue {
        let path = FilePath(input.path)
        switch type {
        case .folder(let reading):
            var files: JSONValue = [:]
            for name in reading where FileManager.default.fileExists(atPath: path.appending(name).string) {
                files[name] = try content(of: path.appending(name))
            }
            return files
        case .file(let use):
            var file = try known.map(Self.content) ?? content(of: path)
            if use.readsExtension { file["extension"] = path.extension.map(JSONValue.string) ?? .null }
            return file
        default: return .string(input.spelled)
        }
    }

    /// The same for what another stage gives, so that a key does not tell how the bytes came here. Null where it is not
    /// there yet.
    private func content(of supplied: Stage.Supplied, _ type: ParameterType, _ artifact: ContentDigest?) throws
        -> JSONValue
    {
        guard let artifact else { return .null }
        guard let manifest = try store.manifest(of: artifact) else {
            throw StoreError(
                .content, "what stage `\(supplied.stage)` gave is no longer in the store", help: "run again")
        }
        func content(of name: String) -> JSONValue? {
            manifest.files.first { $0.path == name }.map { [JSONValue.contentKey: .string($0.digest.hexadecimal)] }
        }
        switch type {
        case .folder(let reading):
            var files: JSONValue = [:]
            for name in reading { if let content = content(of: name) { files[name] = content } }
            return files
        case .file(let use):
            let name = supplied.fileName ?? ""
            guard var file = content(of: name) else {
                throw StoreError(.content, "stage `\(supplied.stage)` gave no file `\(name)`")
            }
            if use.readsExtension { file["extension"] = FilePath(name).extension.map(JSONValue.string) ?? .null }
            return file
        default: return .string(supplied.spelled)
        }
    }

    private func content(of file: FilePath) throws -> JSONValue { Self.content(try store.digest(of: file)) }

    private static func content(_ digest: ContentDigest) -> JSONValue {
        [JSONValue.contentKey: .string(digest.hexadecimal)]
    }

    /// The digests of a stage's files, by path, where there are so many that it pays to look at several at a time. One that
    /// can't be had is left for who says why.
    private func digestsOfMany(of stage: Stage) -> [String: ContentDigest] {
        guard stage.values.values.contains(where: { ($0.arrayValue?.count ?? 0) >= 256 }) else { return [:] }
        let paths = stage.files.filter { if case .file = $0.type { true } else { false } }.map(\.path.path)
        let digests = paths.concurrentMap(part: 256) { path in
            (try? store.digest(of: FilePath(path))).map { (path, $0) }
        }
        return Dictionary(digests.compactMap(\.self)) { first, _ in first }
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
