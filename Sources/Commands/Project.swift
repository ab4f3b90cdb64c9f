import Foundation
import Pipelines
import Store
import SystemPackage

/// A pipeline with the folder that its paths start at and its results lie in.
struct Project {
    let pipeline: Pipeline
    /// Absolute.
    let folder: String

    static let storeName = ".peft-pipeline"

    var storePath: FilePath { FilePath(folder).appending(Self.storeName) }

    /// The store, made if there is none yet.
    func openStore() throws -> Store { try Store(at: storePath) }

    /// The nearest folder at or above the pipeline that has a store, else the working directory.
    static func folder(given: String?, pipeline: String) throws -> String {
        let files = FileManager.default
        if let given {
            var isFolder: ObjCBool = false
            let path = URL(fileURLWithPath: given).standardizedFileURL.path
            guard files.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                throw CommandFailure.usage("--project: there is no folder \(given)")
            }
            return path
        }
        var folder = URL(fileURLWithPath: pipeline).standardizedFileURL.deletingLastPathComponent()
        while true {
            if files.fileExists(atPath: folder.appending(path: storeName).path) { return folder.path }
            guard folder.path != "/" else { return files.currentDirectoryPath }
            folder.deleteLastPathComponent()
        }
    }
}
