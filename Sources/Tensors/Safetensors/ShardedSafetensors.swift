import Foundation
import JSONValues

/// The tensors of a model's folder: in `model.safetensors`, or spread over the files that
/// `model.safetensors.index.json` names.
package final class ShardedSafetensors {
    package static let fileName = "model.safetensors"
    package static let indexName = "model.safetensors.index.json"

    package let folder: String
    /// The names of all tensors, sorted.
    package let names: [String]
    private let files: [SafetensorsFile]
    /// For each name the index of its file.
    private let fileIndices: [String: Int]

    /// - Throws: ``SafetensorsError`` where there is no such file, the index is wrong, or a file is.
    package init(folder: String) throws(SafetensorsError) {
        self.folder = folder
        if FileManager.default.fileExists(atPath: "\(folder)/\(Self.fileName)") {
            let file = try SafetensorsFile("\(folder)/\(Self.fileName)")
            files = [file]
            names = file.names
            fileIndices = Dictionary(uniqueKeysWithValues: file.names.map { ($0, 0) })
            return
        }
        let indexPath = "\(folder)/\(Self.indexName)"
        guard let data = FileManager.default.contents(atPath: indexPath) else {
            throw SafetensorsError(
                path: folder, "has neither \(Self.fileName) nor \(Self.indexName)", help: Self.remedy(folder))
        }
        let fileNames = try Self.fileNames(data, path: indexPath)
        let order = Set(fileNames.values).sorted()
        var files: [SafetensorsFile] = []
        for name in order { files.append(try SafetensorsFile("\(folder)/\(name)")) }
        let positions = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
        let fileIndices = fileNames.compactMapValues { positions[$0] }
        let names = fileIndices.keys.sorted()
        let missing = names.filter { name in !(fileIndices[name].map { files[$0].contains(name) } ?? false) }
        guard missing.isEmpty else {
            throw SafetensorsError(
                path: indexPath,
                problems: missing.map {
                    .init(tensor: $0, message: "is not in \(fileNames[$0] ?? ""), where the index puts it")
                }, help: SafetensorsHeader.damaged)
        }
        self.files = files
        self.fileIndices = fileIndices
        self.names = names
    }

    package func contains(_ name: String) -> Bool { fileIndices[name] != nil }

    /// A tensor's type and shape; nil where there is none of that name.
    package func info(_ name: String) -> (dtype: DType, shape: [Int])? {
        fileIndices[name].flatMap { files[$0].info(name) }
    }

    /// One tensor. See ``SafetensorsFile/tensor(_:as:)``.
    package func tensor(_ name: String, as dtype: DType? = nil) throws -> Tensor {
        guard let index = fileIndices[name] else {
            throw SafetensorsError.missing(name, among: names, path: folder)
        }
        return try files[index].tensor(name, as: dtype)
    }

    /// See ``SafetensorsFile/letGo(of:)``.
    package func letGo(of name: String) {
        if let index = fileIndices[name] { files[index].letGo(of: name) }
    }

    /// A tensor's bytes where they lie. See ``SafetensorsFile/withBytes(of:_:)``.
    package func withBytes<Result>(of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result) throws -> Result
    {
        guard let index = fileIndices[name] else {
            throw SafetensorsError.missing(name, among: names, path: folder)
        }
        return try files[index].withBytes(of: name, body)
    }

    /// For each tensor the name of its file.
    private static func fileNames(_ data: Data, path: String) throws(SafetensorsError) -> [String: String] {
        let index: JSONValue
        do {
            index = try JSONValue(parsing: data)
        } catch {
            throw SafetensorsError(path: path, "is not JSON: \(error)", help: SafetensorsHeader.damaged)
        }
        guard let map = index["weight_map"].objectValue else {
            throw SafetensorsError(
                path: path,
                "`weight_map` is \(index["weight_map"].kindDescription); expected an object that names "
                    + "each tensor's file")
        }
        var fileNames: [String: String] = [:]
        var problems: [SafetensorsError.Problem] = []
        for (tensor, value) in map.sorted(by: { $0.key < $1.key }) {
            // A file elsewhere is not part of the model.
            if let name = value.stringValue, !name.isEmpty, !name.contains("/"), name != ".." {
                fileNames[tensor] = name
            } else {
                let found = (try? value.canonical) ?? value.kindDescription
                problems.append(
                    .init(tensor: tensor, message: "its file is \(found); expected a name in the same folder"))
            }
        }
        guard problems.isEmpty else { throw SafetensorsError(path: path, problems: problems) }
        return fileNames
    }

    private static func remedy(_ folder: String) -> String {
        Pickle.remedy(in: folder) ?? "is this the folder of a model?"
    }
}
